package net.alexnet.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import net.alexnet.data.image.ImageCodec;

/// Opens a folder by what stands in it: IDX files ([IdxFiles]), CIFAR-10 ([Cifar10]), the tars of ILSVRC-2012
/// ([Ilsvrc2012]) or class folders ([ImageFolder]), looked for in this order.
public final class Datasets {
    /// The files that are known besides class folders, for messages.
    static final String FILES = IdxFiles.LAYOUT + ", or " + Cifar10.LAYOUT + " of CIFAR-10, or " + Ilsvrc2012.TRAINING
            + " and " + Ilsvrc2012.VALIDATION + " with " + Devkit.ARCHIVE;

    private Datasets() {}

    /// Opens a folder for training.
    ///
    /// @param channels of the pictures as they are read: 1 for grey, 3 for red, green, blue
    /// @param seed of the split, where the folder has no validation part
    /// @param holdOut the share of each class that is held out then, above 0 and below 1
    /// @param classNames the names of the classes in the order of their labels; empty for those that the data gives
    /// @throws DatasetException if the folder cannot be used; it says what was looked for
    public static Dataset open(
            Path source, ImageCodec codec, int channels, long seed, double holdOut, List<String> classNames)
            throws IOException {
        requireFolder(source);
        ClassNames.requireDistinct("the list of classes", classNames);
        TrainValidationSplit rule = new TrainValidationSplit(holdOut, seed);
        IdxFiles idx = IdxFiles.in(source);
        if (idx.present()) {
            return idx.open(channels, rule, classNames);
        }
        Cifar10 cifar = Cifar10.in(source, channels);
        if (cifar.present()) {
            return cifar.open(classNames);
        }
        Ilsvrc2012 ilsvrc = Ilsvrc2012.in(source, codec, channels);
        if (ilsvrc.present()) {
            return ilsvrc.open(classNames);
        }
        return ImageFolder.open(source, codec, channels, rule, classNames);
    }

    /// Opens a folder to judge a trained model by.
    ///
    /// @param classNames the model's classes
    /// @throws DatasetException if the folder cannot be used, or has classes that the model does not know
    public static EvaluationSet openForEvaluation(
            Path source, ImageCodec codec, int channels, List<String> classNames) throws IOException {
        return openForEvaluation(source, codec, channels, classNames, List.of());
    }

    /// Opens a folder to judge a trained model by, whose classes have wnids: ImageNet's folders and lists are named by
    /// them, whatever the model calls its classes.
    ///
    /// @param classNames the model's classes
    /// @param wnids one for each class, or none
    /// @throws DatasetException if the folder cannot be used, or has classes that the model does not know
    public static EvaluationSet openForEvaluation(
            Path source, ImageCodec codec, int channels, List<String> classNames, List<String> wnids)
            throws IOException {
        requireFolder(source);
        IdxFiles idx = IdxFiles.in(source);
        if (idx.present()) {
            return idx.openForEvaluation(channels, classNames);
        }
        Cifar10 cifar = Cifar10.in(source, channels);
        if (cifar.present()) {
            return cifar.openForEvaluation(classNames);
        }
        Ilsvrc2012 ilsvrc = Ilsvrc2012.in(source, codec, channels);
        if (ilsvrc.present()) {
            return ilsvrc.openForEvaluation(classNames, wnids.isEmpty() ? classNames : wnids);
        }
        return ImageFolder.openForEvaluation(source, codec, channels, classNames, wnids);
    }

    private static void requireFolder(Path source) throws DatasetException {
        if (!Files.isDirectory(source)) {
            throw new DatasetException((Files.exists(source) ? source + " is a file" : "there is no folder " + source)
                    + "; expected a folder with one subfolder of pictures per class (or train/ and val/ of such),"
                    + " or with " + FILES);
        }
    }
}

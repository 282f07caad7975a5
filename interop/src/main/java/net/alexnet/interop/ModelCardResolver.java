package net.alexnet.interop;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import net.alexnet.data.image.MeanImage;
import net.alexnet.data.image.Preprocessing;
import net.alexnet.inference.ImageNet;
import net.alexnet.inference.ModelCard;
import net.alexnet.interop.WeightLayout.Conventions;
import net.alexnet.nn.AlexNet;

/// What an imported model's card says of classes and pictures: what the user named goes before what the file says of itself,
/// and that before what its layout is known for. What is then still open is asked.
///
/// @param stated what the file says of itself
record ModelCardResolver(ImportOptions options, Optional<ModelCard> stated) {
    ClassList classes(int count) {
        if (options.classes().isPresent()) {
            return named(options.classes().get(), count);
        }
        if (options.order().isPresent()) {
            return imageNet(options.order().get(), count);
        }
        if (!options.only().takes("fc8")) {
            throw new ImportException(
                    "fc8 is not taken, so nothing says what its new outputs are to tell apart; name the"
                            + " classes with --classes FILE, or say --order sorted for ImageNet's");
        }
        if (stated.isPresent() && stated.get().classes().size() == count) {
            return new ClassList(stated.get().classes(), stated.get().wnids());
        }
        if (count != ImageNet.CLASSES) {
            throw new ImportException("the network tells " + count
                    + " classes apart and nothing says which; name them with --classes FILE, one a line in the order of"
                    + " its outputs");
        }
        return imageNet(options.layout().order().orElseThrow(() -> new ImportException(
                "the network tells 1000 classes apart, and a file of names like " + options.layout().key()
                        + "'s does not say in which order. If they are ImageNet's, say --order sorted (by wnid, tench"
                        + " first) or --order devkit (by ILSVRC2012_ID, kit fox first); else name them with"
                        + " --classes FILE")),
                count);
    }

    private ClassList named(ClassList list, int count) {
        if (options.order().isPresent()) {
            throw new ImportException(
                    "--order is about ImageNet's classes, and --classes names others; give one of them");
        }
        if (list.names().size() != count) {
            throw new ImportException("--classes names " + list.names().size() + " classes, but the network tells "
                    + count + " apart");
        }
        return list;
    }

    private static ClassList imageNet(ImageNet.Order order, int count) {
        if (count != ImageNet.CLASSES) {
            throw new ImportException("ImageNet has 1000 classes, but the network tells " + count
                    + " apart; name them with --classes FILE");
        }
        return ClassList.of(order);
    }

    Preprocessing preprocessing(AlexNet network) {
        Optional<Preprocessing> own = stated.map(ModelCard::preprocessing)
                .filter(usual -> usual.channels() == network.channels());
        Optional<Conventions> usual = options.layout().conventions()
                .filter(conventions -> conventions.mean().size() == network.channels());
        int resize = options.pictures().resize().or(() -> own.map(Preprocessing::resize))
                .orElseGet(() -> usualResize(network.input()));
        List<Double> scale = options.pictures().scale().map(factors -> each("--scale", factors, network))
                .or(() -> own.map(Preprocessing::scale))
                .or(() -> usual.map(Conventions::scale))
                .orElseGet(() -> Collections.nCopies(network.channels(), 1.0));
        Optional<MeanImage> image = options.pictures().mean().isPresent()
                ? Optional.empty()
                : options.pictures().meanImage().map(whole -> middle(whole, resize, network.input()))
                        .or(() -> own.flatMap(said -> ownImage(said, resize, network.input())));
        List<Double> mean = options.pictures().mean().map(means -> each("--mean", means, network))
                .or(() -> options.pictures().meanImage().map(ModelCardResolver::means))
                .or(() -> own.map(Preprocessing::mean))
                .or(() -> usual.map(Conventions::mean))
                .orElseThrow(() -> new ImportException("nothing says which mean these weights want taken away from"
                        + " pictures of " + network.channels() + " channels; name it with --mean R,G,B in units of 0 to"
                        + " 255, or --mean FILE for a mean image (--mean 0,0,0 for none)"));
        if (network.input() > resize) {
            throw new ImportException(
                    "the network reads views of " + network.input() + " pixels, which cannot be cut from"
                            + " pictures of " + resize + "; name a larger --resize, or another --crop");
        }
        return new Preprocessing(network.channels(), resize, network.input(), mean, scale, image);
    }

    /// One number for all channels, or one for each.
    private static List<Double> each(String option, List<Double> values, AlexNet network) {
        List<Double> all = values.size() == 1 ? Collections.nCopies(network.channels(), values.getFirst()) : values;
        if (all.size() != network.channels()) {
            throw new ImportException(option + " has " + values.size() + " numbers, but the network reads "
                    + network.channels() + " channels");
        }
        return all;
    }

    /// The layout's, or in the same proportion to the input.
    private int usualResize(int input) {
        Optional<Conventions> usual = options.layout().conventions();
        if (usual.isPresent()) {
            return Math.round((float) input * usual.get().resize() / usual.get().crop());
        }
        if (input == 224 || input == 227) {
            return 256; // §2 of the paper, and Caffe
        }
        throw new ImportException("nothing says how large pictures are made before " + input
                + " pixels are cut from them; name the side with --resize N");
    }

    /// The middle of what the file has, which is itself the middle of a mean image.
    private static Optional<MeanImage> ownImage(Preprocessing own, int resize, int crop) {
        own.meanImage().ifPresent(image -> {
            if (resize != own.resize() || crop > image.side()) {
                throw new ImportException("the file's mean image is of the middle " + image.side()
                        + " pixels of pictures of " + own.resize() + ", which says nothing of views of " + crop
                        + " pixels cut from pictures of " + resize + "; name another with --mean FILE, or a colour with"
                        + " --mean R,G,B");
            }
        });
        return own.meanImage().map(image -> image.center(crop));
    }

    private static MeanImage middle(MeanImage whole, int resize, int crop) {
        if (whole.side() < resize && whole.side() != crop) {
            throw new ImportException("the mean image has " + whole.side() + " pixels a side, but pictures are made "
                    + resize + "; name the side with --resize");
        }
        return whole.side() == crop ? whole : whole.scaled(resize).center(crop);
    }

    private static List<Double> means(MeanImage image) {
        double[] sums = new double[image.channels()];
        for (int i = 0; i < image.values().length; i++) {
            sums[i % sums.length] += image.values()[i];
        }
        long pixels = (long) image.side() * image.side();
        return Arrays.stream(sums).mapToObj(sum -> sum / pixels).toList();
    }
}

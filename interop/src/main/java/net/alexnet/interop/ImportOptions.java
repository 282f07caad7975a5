package net.alexnet.interop;

import java.util.List;
import java.util.Optional;
import net.alexnet.data.image.MeanImage;
import net.alexnet.inference.ImageNet;
import net.alexnet.nn.AlexNet.Variant;
import net.alexnet.nn.Layer.DropoutScaling;

/// What an import is told beyond the file.
///
/// @param layout how the file names its tensors
/// @param table which network they are, if not the layout's
/// @param classes the outputs' names, if not ImageNet's
/// @param order in which ImageNet's classes stand, if not the layout's
/// @param pictures what differs from the layout's preparation
/// @param dropout in which way the weights were trained, if not the table's
/// @param only which layers are taken
/// @param seed of the layers that are not
/// @param source where the file comes from
public record ImportOptions(
        WeightLayout layout,
        Optional<Variant> table,
        Optional<ClassList> classes,
        Optional<ImageNet.Order> order,
        Pictures pictures,
        Optional<DropoutScaling> dropout,
        LayerFilter only,
        long seed,
        Source source) {

    /// Preparation other than the layout's; what is empty is as the layout, or the file itself, has it.
    ///
    /// @param resize the side of the square that pictures are made, in pixels
    /// @param crop the side of the network's input, in pixels
    /// @param mean of each channel, red first, or one for all, in units of 0..255
    /// @param meanImage taken away in place of the mean; of any side from `crop` on, in which case its middle is meant
    /// @param scale of each channel, red first, or one for all
    public record Pictures(
            Optional<Integer> resize,
            Optional<Integer> crop,
            Optional<List<Double>> mean,
            Optional<MeanImage> meanImage,
            Optional<List<Double>> scale) {
        /// As the layout has it.
        public static final Pictures USUAL = new Pictures(
                Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
    }

    /// What is known of a file.
    ///
    /// @param license under which it is given away
    /// @param address where it is to be had
    /// @param views of a picture that its published figures are averaged over, 1 or 10; where empty, the layout's if all
    ///     layers and 1,000 classes are taken
    public record Source(Optional<String> license, Optional<String> address, Optional<Integer> views) {
        /// Nothing.
        public static final Source UNKNOWN = new Source(Optional.empty(), Optional.empty(), Optional.empty());
    }

    /// Everything as a layout has it.
    public static ImportOptions of(WeightLayout layout) {
        return new ImportOptions(layout, Optional.empty(), Optional.empty(), Optional.empty(), Pictures.USUAL,
                Optional.empty(), LayerFilter.ALL, 1, Source.UNKNOWN);
    }

    /// The same with a table other than the layout's.
    public ImportOptions withTable(Variant other) {
        return new ImportOptions(layout, Optional.of(other), classes, order, pictures, dropout, only, seed, source);
    }

    /// The same with these classes.
    public ImportOptions withClasses(ClassList list) {
        return new ImportOptions(layout, table, Optional.of(list), order, pictures, dropout, only, seed, source);
    }

    /// The same with ImageNet's classes in this order.
    public ImportOptions withOrder(ImageNet.Order other) {
        return new ImportOptions(layout, table, classes, Optional.of(other), pictures, dropout, only, seed, source);
    }

    /// The same with other preparation.
    public ImportOptions withPictures(Pictures other) {
        return new ImportOptions(layout, table, classes, order, other, dropout, only, seed, source);
    }

    /// The same with weights that were trained with dropout of another way than the table's.
    public ImportOptions withDropout(DropoutScaling scaling) {
        return new ImportOptions(layout, table, classes, order, pictures, Optional.of(scaling), only, seed, source);
    }

    /// The same with a part of the layers.
    ///
    /// @param initial the seed of the others
    public ImportOptions withOnly(LayerFilter choice, long initial) {
        return new ImportOptions(layout, table, classes, order, pictures, dropout, choice, initial, source);
    }

    /// The same with what is known of the file.
    public ImportOptions withSource(Source known) {
        return new ImportOptions(layout, table, classes, order, pictures, dropout, only, seed, known);
    }
}

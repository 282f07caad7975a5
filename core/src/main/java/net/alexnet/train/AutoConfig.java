package net.alexnet.train;

import module java.base;
import net.alexnet.io.Texts;
import net.alexnet.nn.AlexNet;
import net.alexnet.train.config.Recipe;

/// Fits the recipe `pictures` to a user's own images: the size of the network, and how long it trains.
///
/// Few images need many epochs, and a small machine cannot train a large network on many images while a user waits. So the
/// number of epochs follows from the number of images, and the network is the largest of a few that the threads train in
/// about [#MINUTES] minutes. The same counts always give the same recipe.
///
/// @param recipe the fitted recipe
/// @param reason what was chosen and why, in a line
public record AutoConfig(Recipe recipe, String reason) {
    /// The name of the recipe that is fitted.
    public static final String RECIPE = "pictures";

    private static final int MINUTES = 10;

    /// Images to train on in all epochs together. More would show few images too often.
    private static final int SHOWN = 75_000;

    private static final int FEWEST_EPOCHS = 15;
    private static final int MOST_EPOCHS = 60;

    /// Multiply-adds of training per second and thread; 15e9 to 17e9 were measured (LOG.md).
    private static final double THREAD_SPEED = 15e9;

    /// The side of resized images over the network's input, as in the paper.
    private static final double ROOM = 256.0 / 224;

    /// A user who sets one of these chooses the size of the network.
    private static final Set<String> SIZE_KEYS = Set.of("network", "network.variant", "network.input", "network.width");

    private record Size(int input, double width) {}

    private static final List<Size> SIZES = List.of(new Size(224, 1), new Size(224, 0.5), new Size(160, 0.5),
            new Size(128, 0.5), new Size(96, 0.5), new Size(96, 0.25));

    /// Whether the size of the network is fitted if these keys are set.
    public static boolean sizes(Set<String> given) {
        return given.stream().noneMatch(SIZE_KEYS::contains);
    }

    /// Fits the recipe.
    ///
    /// @param template recipe `pictures`, for the images' classes
    /// @param images to train on
    /// @param threads that compute
    /// @param largestSide of the resized images, in pixels; limited only if they were prepared
    /// @param given keys that the user has set; they are not changed
    public static AutoConfig of(Recipe template, int images, int threads, int largestSide, Set<String> given) {
        int epochs = given.contains("epochs")
                ? template.epochs()
                : Math.clamp(Math.ceilDiv(SHOWN, Math.max(1, images)), FEWEST_EPOCHS, MOST_EPOCHS);
        AlexNet network = template.network();
        if (sizes(given)) {
            double affordable = threads * THREAD_SPEED * 60 * MINUTES / ((double) epochs * images);
            network = largest(network, affordable, largestSide);
        }
        int resize = given.contains("pictures.resize") ? template.pictures().resize() : resized(network.input());
        int batch = given.contains("batch") ? template.batch() : Math.clamp(images / 16, 8, 64);
        String reason = String.format(Locale.ROOT,
                "chosen for %,d pictures of %d classes and %d threads: %d × %d pixels,"
                        + " width %s, %s in batches of %d",
                images, network.classes(), threads, network.input(),
                network.input(), network.width(), Texts.count(epochs, "epoch"), batch);
        return new AutoConfig(template.fitted(network, resize, batch, epochs), reason);
    }

    private static AlexNet largest(AlexNet network, double affordable, int largestSide) {
        AlexNet sized = network;
        for (Size size : SIZES) {
            sized = network.withSize(size.input, network.channels(), size.width);
            if (resized(size.input) <= largestSide && sized.architecture().trainingMultiplyAdds() <= affordable) {
                break;
            }
        }
        return sized;
    }

    /// The smallest side of resized images that the recipe can use, unless the user sets a size.
    public static int smallestSide() {
        return resized(SIZES.getLast().input);
    }

    private static int resized(int input) {
        return (int) Math.round(input * ROOM);
    }
}

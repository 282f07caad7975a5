package net.alexnet.train;

import java.util.Locale;
import java.util.Set;
import net.alexnet.nn.AlexNet;
import net.alexnet.train.config.Recipe;

/// The recipe `pictures` fitted to a user's own pictures: how large a network, how long.
///
/// Few pictures need many epochs, and a small machine cannot train a large network on many pictures while a user waits.
/// So the number of epochs follows from the number of pictures, and the network is the largest of a few that the cores
/// train in about [#MINUTES] minutes. The choice is a function of the three counts alone, so it is the same tomorrow.
///
/// @param recipe the fitted one
/// @param reason what was chosen and why, in a line
public record AutoConfig(Recipe recipe, String reason) {
    /// The name of the recipe that is fitted.
    public static final String RECIPE = "pictures";

    private static final int MINUTES = 10;

    /// Pictures shown in all, before few pictures have been seen too often.
    private static final int SHOWN = 75_000;

    private static final int FEWEST_EPOCHS = 15;
    private static final int MOST_EPOCHS = 60;

    /// Multiply-adds of training that one core does in a second, on the careful side: read as 15e9 to 17e9 (LOG.md).
    private static final double CORE_SPEED = 15e9;

    /// The share of the square that a crop sees, as the paper's 224 of 256.
    private static final double ROOM = 256.0 / 224;

    /// A user who has set one of these has chosen the size.
    private static final Set<String> SIZE_KEYS = Set.of("network", "network.variant", "network.input", "network.width");

    private record Size(int input, double width) {}

    private static final Size[] SIZES = {
        new Size(224, 1), new Size(224, 0.5), new Size(160, 0.5), new Size(128, 0.5), new Size(96, 0.5),
        new Size(96, 0.25)
    };

    /// Whether these keys leave the size of the network to be fitted.
    public static boolean sizes(Set<String> given) {
        return given.stream().noneMatch(SIZE_KEYS::contains);
    }

    /// Fits the recipe.
    ///
    /// @param template recipe `pictures`, for the pictures' classes
    /// @param pictures to train on
    /// @param cores of this machine
    /// @param largestSide of the squares that can be had, in pixels; less than any only for prepared pictures
    /// @param given keys that the user has set; they stay
    public static AutoConfig of(Recipe template, int pictures, int cores, int largestSide, Set<String> given) {
        int epochs = given.contains("epochs")
                ? template.epochs()
                : Math.clamp(Math.ceilDiv(SHOWN, Math.max(1, pictures)), FEWEST_EPOCHS, MOST_EPOCHS);
        AlexNet network = template.network();
        if (sizes(given)) {
            double affordable = cores * CORE_SPEED * 60 * MINUTES / ((double) epochs * pictures);
            network = largest(network, affordable, largestSide);
        }
        int resize = given.contains("pictures.resize")
                ? template.pictures().resize()
                : squares(network.input());
        int batch = given.contains("batch") ? template.batch() : Math.clamp(pictures / 16, 8, 64);
        Recipe recipe = template.fitted(network, resize, batch, epochs);
        String reason = String.format(
                Locale.ROOT,
                "chosen for %,d pictures of %d classes on %d cores: %d × %d pixels, width %s, %d epochs in batches of %d",
                pictures,
                network.classes(),
                cores,
                network.input(),
                network.input(),
                network.width(),
                epochs,
                batch);
        return new AutoConfig(recipe, reason);
    }

    private static AlexNet largest(AlexNet network, double affordable, int largestSide) {
        AlexNet sized = network;
        for (Size size : SIZES) {
            sized = network.withSize(size.input, network.channels(), size.width);
            if (squares(size.input) <= largestSide && sized.architecture().trainingMultiplyAdds() <= affordable) {
                break;
            }
        }
        return sized;
    }

    /// The smallest squares that the recipe can use, unless the user sets a size.
    public static int smallestSide() {
        return squares(SIZES[SIZES.length - 1].input);
    }

    private static int squares(int input) {
        return (int) Math.round(input * ROOM);
    }
}

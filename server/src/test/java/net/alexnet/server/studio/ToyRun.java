package net.alexnet.server.studio;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import javax.imageio.ImageIO;
import net.alexnet.Options;
import net.alexnet.Training;

/// A run of a second, which learned to tell three colors apart.
final class ToyRun {
    /// A class whose name would be a script if it were taken for markup.
    static final String HOSTILE = "<script>document.title='x'<";

    private static final Map<String, Color> CLASSES = Map.of(HOSTILE, new Color(200, 60, 40), "green",
            new Color(40, 180,
                    70),
            "blue", new Color(40, 70, 200));
    private static final String RECIPE = """
            name: toy
            seed: 7
            network:
              variant: small
              input: 16
              width: 0.08
            pictures:
              resize: 20
              values: standardized
            data:
              hold_out: 0.4
            batch: 8
            epochs: 4
            optimizer:
              learning_rate: 0.01
            schedule:
              type: constant
            monitor:
              log_every_steps: 1
            """;

    private ToyRun() {}

    /// Trains.
    ///
    /// @param folder gets `pictures/` with a folder for each class, `runs/toy` and a cache
    static Path in(Path folder) throws IOException, InterruptedException {
        for (String name : CLASSES.keySet()) {
            for (int i = 0; i < 10; i++) {
                picture(folder.resolve("pictures/" + name + "/" + i + ".png"), CLASSES.get(name), i);
            }
        }
        Files.copy(folder.resolve("pictures/blue/0.png"), folder.resolve("pictures/green/same.png"));
        Files.writeString(folder.resolve("pictures/green/broken.png"), "no picture");
        Path recipe = Files.writeString(folder.resolve("toy.yaml"), RECIPE);
        Training.on(folder.resolve("pictures")).recipe(recipe.toString()).runsIn(folder.resolve("runs")).named("toy")
                .options(options(folder)).run(() -> false);
        return folder.resolve("runs/toy");
    }

    static Options options(Path folder) {
        return Options.defaults().device("cpu").threads(1).cache(folder.resolve("cache"));
    }

    private static void picture(Path file, Color color, long seed) throws IOException {
        Random random = new Random(seed);
        BufferedImage picture = new BufferedImage(24 + random.nextInt(8), 24, BufferedImage.TYPE_INT_RGB);
        Graphics2D canvas = picture.createGraphics();
        canvas.setColor(color);
        canvas.fillOval(random.nextInt(6), random.nextInt(6), 18, 18);
        canvas.dispose();
        for (int i = 0; i < 60; i++) {
            picture.setRGB(random.nextInt(24), random.nextInt(24), random.nextInt(0xFFFFFF));
        }
        Files.createDirectories(file.getParent());
        ImageIO.write(picture, "png", file.toFile());
    }
}

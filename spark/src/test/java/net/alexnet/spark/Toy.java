package net.alexnet.spark;

import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import javax.imageio.ImageIO;

/// Small pictures of three classes, and a recipe for them of a few seconds.
final class Toy {
    private static final String[] CLASSES = {"red", "green", "blue"};

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
              hold_out: 0.3
            batch: 8
            epochs: 10
            optimizer:
              learning_rate: 0.01
            schedule:
              type: constant
            """;

    private Toy() {}

    /// Fills a folder with class folders of noisy pictures.
    static Path pictures(Path folder, int perClass) throws IOException {
        Random random = new Random(1);
        for (int label = 0; label < CLASSES.length; label++) {
            Path of = Files.createDirectories(folder.resolve(CLASSES[label]));
            for (int i = 0; i < perClass; i++) {
                BufferedImage picture = new BufferedImage(20 + random.nextInt(12), 20 + random.nextInt(12),
                        BufferedImage.TYPE_INT_RGB);
                for (int y = 0; y < picture.getHeight(); y++) {
                    for (int x = 0; x < picture.getWidth(); x++) {
                        int[] color = {random.nextInt(160), random.nextInt(160), random.nextInt(160)};
                        color[label] += 80;
                        picture.setRGB(x, y, new Color(color[0], color[1], color[2]).getRGB());
                    }
                }
                String format = i % 2 == 0 ? "png" : "jpg";
                ImageIO.write(picture, format, of.resolve(i + "." + format).toFile());
            }
        }
        return folder;
    }

    static Path recipe(Path folder) throws IOException {
        return Files.writeString(folder.resolve("toy.yaml"), RECIPE);
    }
}

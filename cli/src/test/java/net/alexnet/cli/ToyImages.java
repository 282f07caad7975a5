package net.alexnet.cli;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import javax.imageio.ImageIO;

/// Small pictures of three classes that are easy to tell apart: blue discs, green columns and red rows.
///
/// Every second one is a PNG, the others are JPEGs; they differ in size, place and shade, and each has noise.
final class ToyImages {
    private static final String[] CLASSES = {"discs", "columns", "rows"};

    private ToyImages() {}

    /// Fills a folder with class folders.
    ///
    /// @param seed another one makes other pictures
    static void write(Path folder, int perClass, long seed) throws IOException {
        for (String name : CLASSES) {
            for (int i = 0; i < perClass; i++) {
                boolean png = i % 2 == 0;
                write(folder.resolve(name + "/" + i + (png ? ".png" : ".jpg")), name, BufferedImage.TYPE_INT_RGB,
                        31 * seed + i);
            }
        }
    }

    /// A picture of a class without colour.
    static void writeGray(Path file, String className) throws IOException {
        write(file, className, BufferedImage.TYPE_BYTE_GRAY, 1);
    }

    /// A text that is named like a picture.
    static void writeText(Path file) throws IOException {
        Files.createDirectories(file.toAbsolutePath().getParent());
        Files.writeString(file, "This is not a picture.\n");
    }

    private static void write(Path file, String className, int type, long seed) throws IOException {
        Random random = new Random(className.hashCode() * 31L + seed);
        int width = 20 + random.nextInt(12);
        int height = 20 + random.nextInt(12);
        BufferedImage picture = new BufferedImage(width, height, type);
        Graphics2D canvas = picture.createGraphics();
        int shade = 150 + random.nextInt(100);
        int phase = random.nextInt(6);
        switch (className) {
            case "discs" -> {
                canvas.setColor(new Color(30, 60, shade));
                canvas.fillOval(phase, phase, 16, 16);
            }
            case "columns" -> {
                canvas.setColor(new Color(30, shade, 60));
                for (int x = phase - 6; x < width; x += 6) {
                    canvas.fillRect(x, 0, 3, height);
                }
            }
            case "rows" -> {
                canvas.setColor(new Color(shade, 60, 30));
                for (int y = phase - 6; y < height; y += 6) {
                    canvas.fillRect(0, y, width, 3);
                }
            }
            default -> throw new IllegalArgumentException(className);
        }
        canvas.dispose();
        for (int i = 0; i < width * height / 8; i++) {
            int gray = random.nextInt(256);
            picture.setRGB(random.nextInt(width), random.nextInt(height), new Color(gray, gray, gray).getRGB());
        }
        Files.createDirectories(file.toAbsolutePath().getParent());
        String format = file.toString().endsWith(".png") ? "png" : "jpg";
        if (!ImageIO.write(picture, format, file.toFile())) {
            throw new IOException("no writer for " + file);
        }
    }
}

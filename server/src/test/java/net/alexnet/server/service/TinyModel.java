package net.alexnet.server.service;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import javax.imageio.ImageIO;
import net.alexnet.data.image.Preprocessing;
import net.alexnet.inference.Model;
import net.alexnet.inference.ModelCard;
import net.alexnet.io.Safetensors;
import net.alexnet.nn.AlexNet;
import net.alexnet.nn.Initialization;
import net.alexnet.nn.Network;
import net.alexnet.tensor.Precision;
import net.alexnet.tensor.reference.ReferenceBackend;

/// A small network with random weights, and pictures for it.
final class TinyModel {
    static final List<String> CLASSES = List.of("cat", "<b>dog</b>", "a:b\"c", "wolf", "hen");
    static final int RESIZE = 40;
    static final int CROP = 32;

    private TinyModel() {}

    /// Writes a model file.
    ///
    /// @param seed other seeds give other weights
    static Path write(Path file, long seed) throws IOException {
        AlexNet network = AlexNet.small().withSize(CROP, 3, 0.05).withClasses(CLASSES.size());
        Preprocessing preprocessing = new Preprocessing(network.channels(), RESIZE, CROP, List.of(120.0, 115.0, 105.0),
                1 / 64.0);
        try (ReferenceBackend backend = new ReferenceBackend(Precision.FLOAT32)) {
            Network random = Network.initialize(network.architecture(), Initialization.HE, seed, backend);
            Safetensors.write(file, Model.metadata(new ModelCard(network, CLASSES, preprocessing, "test")),
                    random.entries());
        }
        return file;
    }

    /// A picture file.
    ///
    /// @param format such as `jpg`
    static byte[] picture(String format, int seed) {
        Random random = new Random(seed);
        BufferedImage image = new BufferedImage(60 + seed % 7, 50, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = image.createGraphics();
        for (int i = 0; i < 20; i++) {
            graphics.setColor(new Color(random.nextInt(1 << 24)));
            graphics.fillOval(random.nextInt(60), random.nextInt(50), 20, 20);
        }
        graphics.dispose();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            ImageIO.write(image, format, out);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return out.toByteArray();
    }
}

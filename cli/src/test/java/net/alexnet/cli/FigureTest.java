package net.alexnet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// `figure` as a user runs it.
class FigureTest {
    @TempDir
    static Path root;

    private static Path pictures;
    private static Path model;

    @TempDir
    Path folder;

    @BeforeAll
    static void train() throws Exception {
        pictures = root.resolve("pictures");
        ToyImages.write(pictures, 8, 1);
        Path runs = root.resolve("runs");
        Result.done("train", "--data", pictures, "--recipe", ToyRecipe.in(root), "--runs", runs, "--max-steps", 1,
                "--threads", 1, "--progress", "none");
        model = runs.resolve("latest");
    }

    @ParameterizedTest
    @ValueSource(strings = {"filters", "predictions rows/1.jpg discs", "neighbors rows/1.jpg --in .",
        "activations rows/1.jpg --layer conv2 --top 5", "occlusion rows/1.jpg --square 8 --stride 8"})
    void everyKindIsDrawnAsSvgAndAsPng(String line) throws Exception {
        Path svg = folder.resolve("figure.svg");
        Path png = folder.resolve("figure.PNG");
        for (Path file : new Path[] {svg, png}) {
            Result result = Result.done(command(line, file));
            assertThat(result.out()).endsWith("figure: " + file + System.lineSeparator());
        }
        assertThat(Files.readString(svg)).startsWith("<svg ").contains("data:image/png;base64,")
                .doesNotContain(root.getFileName().toString());
        BufferedImage drawn = ImageIO.read(png.toFile());
        assertThat(Files.readString(svg)).contains("width=\"" + drawn.getWidth() / 2 + "\" height=\""
                + drawn.getHeight() / 2 + "\"");
        Set<Integer> colors = new HashSet<>();
        for (int i = 0; i < drawn.getWidth() * drawn.getHeight(); i++) {
            colors.add(drawn.getRGB(i % drawn.getWidth(), i / drawn.getWidth()));
        }
        assertThat(colors).as("texts and images are drawn").hasSizeGreaterThan(20);
    }

    private static Object[] command(String line, Path file) {
        String[] words = line.split(" ", -1);
        Object[] command = new Object[words.length + 4];
        command[0] = "figure";
        command[1] = words[0];
        command[2] = model;
        for (int i = 1; i < words.length; i++) {
            command[i + 2] = words[i].contains("/") || words[i].equals("discs") || words[i].equals(".")
                    ? pictures.resolve(words[i]).normalize()
                    : words[i];
        }
        command[words.length + 2] = "-o";
        command[words.length + 3] = file;
        return command;
    }

    @Test
    void smallPicturesAreNotEnlargedInTheFile() throws Exception {
        Path svg = folder.resolve("neighbors.svg");
        Result.done(command("neighbors rows/1.jpg discs/2.png --in .", svg));
        List<String> images = Pattern.compile("base64,([^\"]+)").matcher(Files.readString(svg)).results()
                .map(found -> found.group(1)).toList();
        assertThat(images).hasSize(2 * (1 + 6)).allSatisfy(image -> {
            BufferedImage shown = ImageIO.read(new ByteArrayInputStream(Base64.getDecoder().decode(image)));
            assertThat(shown.getWidth()).isEqualTo(shown.getHeight()).isBetween(20, 31); // as ToyImages makes them
        });
    }

    @Test
    void theNeighborShareIsMeasured() throws Exception {
        Path copies = folder.resolve("copies");
        ToyImages.write(copies, 8, 1);
        JsonNode report = Result.done("figure", "neighbors", model, pictures.resolve("rows/1.jpg"), "--in", pictures,
                "--share", copies, "--layer", "pixels", "--top", 1, "-o", folder.resolve("n.svg"), "--json").json();
        assertThat(report.get("share").get("share").asDouble()).as("each picture is next to its copy").isEqualTo(1);
        assertThat(report.get("share").get("pictures").asInt()).isEqualTo(24);
    }

    @Test
    void aPictureIsNotItsOwnNeighbor() {
        Result.of("figure", "neighbors", model, pictures.resolve("rows/1.jpg"), "--in", pictures, "--share",
                pictures.resolve("rows"), "-o", folder.resolve("own.svg")).isRefused(2, "--share", "--in");
    }

    @Test
    void misuse() throws Exception {
        Path picture = pictures.resolve("rows/1.jpg");
        Path svg = folder.resolve("f.svg");
        Result.of("figure").isRefused(2, "subcommand");
        Result.of("figure", "filter", model, "-o", svg).isRefused(2, "filter");
        Result.of("figure", "filters", model, "-o", folder.resolve("f.jpg")).isRefused(2, "f.jpg", ".svg", ".png");
        Result.of("figure", "filters", model, "-o", folder.resolve("gone/f.svg"))
                .isRefused(2, "--out: there is no folder " + folder.resolve("gone"));
        Result.of("figure", "filters", folder.resolve("none"), "-o", svg).isRefused(1, "there is no model at");
        Result.of("figure", "predictions", model, picture, "-o", picture).isRefused(2, picture.toString());
        Result.of("figure", "predictions", model, folder.resolve("none.jpg"), "-o", svg)
                .isRefused(1, "none.jpg");
        Result.of("figure", "activations", model, picture, "--layer", "covn2", "-o", svg)
                .isRefused(2, "no layer 'covn2'", "Did you mean 'conv2'?");
        Result.of("figure", "activations", model, picture, "--layer", "fc7", "-o", svg).isRefused(2, "fc7");
        Result.of("figure", "activations", model, pictures, "-o", svg).isRefused(2, "24");
        Result.of("figure", "occlusion", model, picture, "--square", 1000, "-o", svg).isRefused(2, "1000");
        Result.of("figure", "neighbors", model, picture, "-o", svg).isRefused(2, "--in");
        assertThat(svg).doesNotExist();
        Files.writeString(svg, "kept");
        Result.of("figure", "filters", model, "-o", svg).isRefused(2, "--out: " + svg + " exists; --force replaces it");
        assertThat(svg).hasContent("kept");
    }
}

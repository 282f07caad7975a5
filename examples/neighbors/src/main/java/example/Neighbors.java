package example;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import net.alexnet.ImageClassifier;

/// Lists the pictures of a folder that are most like another one, by the Euclidean distance of their fc7 features as in
/// figure 4 of the paper: `Neighbors MODEL PICTURE FOLDER`.
class Neighbors {
    public static void main(String[] args) throws Exception {
        List<Path> album;
        try (Stream<Path> files = Files.walk(Path.of(args[2]))) {
            album = files.filter(Files::isRegularFile).toList();
        }
        Map<Path, Double> distances = new HashMap<>();
        try (ImageClassifier classifier = ImageClassifier.load(Path.of(args[0]))) {
            float[] wanted = classifier.features(Path.of(args[1]), "fc7");
            for (Path file : album) {
                distances.put(file, distance(wanted, classifier.features(file, "fc7")));
            }
        }
        album.stream().sorted(Comparator.comparing(distances::get)).limit(5)
                .forEach(file -> System.out.printf("%8.3f  %s%n", distances.get(file), file));
    }

    private static double distance(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += (a[i] - b[i]) * (a[i] - b[i]);
        }
        return Math.sqrt(sum);
    }
}

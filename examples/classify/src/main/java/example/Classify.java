package example;

import java.nio.file.Path;
import net.alexnet.ImageClassifier;

/// Prints the most likely class of a picture: `Classify MODEL PICTURE`.
class Classify {
    public static void main(String[] args) throws Exception {
        try (ImageClassifier classifier = ImageClassifier.load(Path.of(args[0]))) {
            System.out.println(classifier.classify(Path.of(args[1])).best().label());
        }
    }
}

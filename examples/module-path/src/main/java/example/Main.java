package example;

import java.nio.file.Path;
import net.alexnet.ImageClassifier;

/// The same as the example `classify`, as a module.
class Main {
    public static void main(String[] args) throws Exception {
        try (ImageClassifier classifier = ImageClassifier.load(Path.of(args[0]))) {
            System.out.println(Main.class.getModule() + ": " + classifier.classify(Path.of(args[1])).best().label());
        }
    }
}

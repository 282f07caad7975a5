package example;

import java.nio.file.Path;
import net.alexnet.FineTuning;
import net.alexnet.ImageClassifier;
import net.alexnet.TrainingResult;

/// Adapts a trained model to other classes: `FineTune MODEL PICTURES RUNS`, with one folder of pictures per class.
class FineTune {
    public static void main(String[] args) throws Exception {
        TrainingResult result = FineTuning.on(Path.of(args[1]))
                .base(Path.of(args[0]))
                .runsIn(Path.of(args[2]))
                .set("epochs", 2)
                .run();
        System.out.printf("%s: top-1 error %.1f %%%n", result.run(), 100 * result.top1Error().orElseThrow());
        try (ImageClassifier classifier = result.classifier()) {
            System.out.println("the model tells " + classifier.labels() + " apart");
        }
    }
}

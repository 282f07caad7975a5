package example;

import java.nio.file.Path;
import net.alexnet.Training;
import net.alexnet.TrainingListener;
import net.alexnet.TrainingResult;

/// Trains a network from scratch: `Train PICTURES RUNS`, with one folder of pictures per class.
class Train {
    public static void main(String[] args) throws Exception {
        TrainingResult result = Training.on(Path.of(args[0]))
                .runsIn(Path.of(args[1]))
                .set("epochs", 2)
                .listener(new TrainingListener() {
                    @Override
                    public void epoch(Epoch epoch) {
                        System.out.printf("epoch %d of %d: loss %.3f, top-1 error %.1f %%%n",
                                epoch.epoch(), epoch.epochs(), epoch.loss(), 100 * epoch.top1Error().orElseThrow());
                    }
                })
                .run();
        System.out.println("trained " + result.steps() + " steps: " + result.run());
    }
}

package net.alexnet.server.studio;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import net.alexnet.train.config.Recipe;
import net.alexnet.train.config.RecipeReader;

/// Folders of runs as a training leaves them.
final class TestRuns {
    private TestRuns() {}

    /// A run of two epochs, one of which is done.
    static Path stopped(Path folder) throws IOException {
        return of(folder, Recipe.standard().withEpochs(2).withSource("/pictures/<b>dogs</b>"),
                step(1, 2.5) + step(2, 2.25) + warning(2, "<script>alert(1)</script>") + epoch(2, 1, 0.5));
    }

    /// A run whose only epoch is done.
    static Path finished(Path folder) throws IOException {
        return of(folder, Recipe.standard().withEpochs(1).withSource("/pictures/cats"),
                step(1, 2.5) + epoch(1, 1, 0.25));
    }

    private static Path of(Path folder, Recipe recipe, String log) throws IOException {
        Files.createDirectories(folder);
        Files.writeString(folder.resolve("recipe.yaml"), RecipeReader.write(recipe));
        Files.createFile(folder.resolve("lock"));
        append(folder, log);
        return folder;
    }

    static void append(Path run, String text) throws IOException {
        Files.writeString(run.resolve("log.jsonl"), text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    static String step(int step, double loss) {
        return "{\"step\":" + step + ",\"kind\":\"step\",\"epoch\":1,\"loss\":" + loss
                + ",\"learning_rate\":0.01,\"images_per_second\":100.0,\"wait_share\":0.25}\n";
    }

    static String warning(int step, String text) {
        return "{\"step\":" + step + ",\"kind\":\"warning\",\"text\":\"" + text + "\"}\n";
    }

    static String epoch(int step, int epoch, double error) {
        return "{\"step\":" + step + ",\"kind\":\"epoch\",\"epoch\":" + epoch + ",\"loss\":2.0,"
                + "\"training_top1_error\":0.5,\"learning_rate\":0.01,\"validation_n\":40,\"validation_loss\":1.5,"
                + "\"top1_error\":" + error + ",\"top5_error\":0.125,\"layers\":[],\"seconds\":1.5}\n";
    }
}

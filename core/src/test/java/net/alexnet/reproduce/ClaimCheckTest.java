package net.alexnet.reproduce;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import net.alexnet.Options;
import net.alexnet.TrainingListener;
import net.alexnet.reproduce.Claim.EpochsTo;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Figure 1, on runs whose logs and recipes alone were kept.
class ClaimCheckTest {
    private static final EpochsTo FIGURE = (EpochsTo) Claims.named("relu").experiment();

    @TempDir
    Path folder;

    private ClaimCheck check;

    @BeforeEach
    void open() {
        check = new ClaimCheck(new Runs(folder, "cifar10", Optional.empty(), Options.defaults(), TrainingListener.NONE,
                () -> false));
    }

    private void run(Arm arm, int seed, double... trainingErrors) throws IOException {
        Path run = Files.createDirectories(folder.resolve(arm.name() + "/seed-" + seed));
        Files.writeString(run.resolve(Build.FILE), "a machine");
        StringBuilder log = new StringBuilder();
        for (int i = 0; i < trainingErrors.length; i++) {
            log.append("{\"step\":").append(i + 1).append(",\"kind\":\"epoch\",\"epoch\":").append(i + 1)
                    .append(",\"loss\":1.0,\"learning_rate\":0.01,\"training_top1_error\":").append(trainingErrors[i])
                    .append(",\"layers\":[],\"seconds\":1.0}\n");
        }
        Files.writeString(run.resolve("log.jsonl"), log);
    }

    private ClaimCheck.Reading read() throws IOException {
        return check.read(Claims.named("relu"));
    }

    private static double ratio(ClaimCheck.Reading reading) {
        return (double) Objects.requireNonNull(reading.more().get("ratio"));
    }

    @Test
    void theRatioIsThatOfTheBestRates() throws IOException {
        run(FIGURE.slow().get(0), 1, .5, .4, .3, .2); // 3.5 epochs
        run(FIGURE.slow().get(1), 1, .6, .5, .4, .3);
        run(FIGURE.fast().get(0), 1, .25);
        ClaimCheck.Reading reading = read();
        assertThat(ratio(reading)).isCloseTo(3.5, within(1e-9));
        assertThat(reading.more()).containsEntry("slow", FIGURE.slow().get(0).name())
                .containsEntry("ratio_is_at_least", false);
    }

    @Test
    void aSlowRunThatStaysAboveTheErrorBoundsTheRatio() throws IOException {
        run(FIGURE.slow().get(0), 1, .6, .5, .4, .35);
        run(FIGURE.slow().get(1), 1, .6, .5, .4, .3); // ends nearest
        run(FIGURE.fast().get(0), 1, .25);
        ClaimCheck.Reading reading = read();
        assertThat(ratio(reading)).isCloseTo(4, within(1e-9));
        assertThat(reading.more()).containsEntry("slow", FIGURE.slow().get(1).name())
                .containsEntry("ratio_is_at_least", true);
    }

    @Test
    void aFastRunThatStaysAboveTheErrorBoundsNothing() throws IOException {
        run(FIGURE.slow().get(0), 1, .5, .4, .3, .2);
        run(FIGURE.fast().get(0), 1, .5, .3);
        assertThat(read().comparison()).isEmpty();
    }

    @Test
    void aRunThatWasStoppedDoesNotCount() throws IOException {
        run(FIGURE.slow().get(0), 1, .5, .4, .3);
        Files.delete(folder.resolve(FIGURE.slow().get(0).name() + "/seed-1").resolve(Build.FILE));
        run(FIGURE.fast().get(0), 1, .25);
        assertThat(read().runs()).extracting(Result.Run::arm).containsExactly(FIGURE.fast().get(0).name());
    }
}

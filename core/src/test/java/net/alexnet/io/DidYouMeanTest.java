package net.alexnet.io;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DidYouMeanTest {
    private static final List<String> KNOWN = List.of("batch", "epochs", "momentum", "rate", "weight_decay");

    @ParameterizedTest
    @CsvSource({
        "epoch, epochs", "epocsh, epochs", "Batch, batch", "rte, rate", "momemtum, momentum",
        "weightDecay, weight_decay",
        "batchsize, batch", "rate, rate"
    })
    void findsTheWordThatWasMeant(String given, String meant) {
        assertThat(DidYouMean.to(given, KNOWN)).contains(meant);
    }

    @ParameterizedTest
    @CsvSource({"learning", "xyz", "''", "dropout"})
    void findsNothingFarAway(String given) {
        assertThat(DidYouMean.to(given, KNOWN)).isEmpty();
    }

    @Test
    void ofTwoEquallyNearTheFirstInTheAlphabetWhateverTheOrder() {
        assertThat(DidYouMean.to("cat", List.of("rat", "bat", "mat"))).contains("bat");
    }

    @Test
    void findsNothingInAnEmptyList() {
        assertThat(DidYouMean.to("rate", List.of())).isEmpty();
    }
}

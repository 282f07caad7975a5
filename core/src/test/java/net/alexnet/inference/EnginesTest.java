package net.alexnet.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Collections;
import net.alexnet.tensor.Backend;
import net.alexnet.tensor.Precision;
import net.alexnet.tensor.reference.ReferenceBackend;
import org.junit.jupiter.api.Test;

class EnginesTest {
    @Test
    void theReferenceNeedsNoEngine() {
        try (Backend backend = Engines.open("Reference", 4, Precision.BFLOAT16)) {
            assertThat(backend).isInstanceOf(ReferenceBackend.class);
        }
    }

    /// core's own class path has no engine, and no other device falls back to the reference.
    @Test
    void withoutAnEngineTheMessageSaysWhatToAdd() {
        assertThatThrownBy(() -> Engines.first(Collections.emptyIterator()))
                .isInstanceOf(EngineUnavailableException.class)
                .hasMessageContainingAll("alexnet-torch", "reference");
        assertThatThrownBy(() -> Engines.open("cpu", 1, Precision.FLOAT32))
                .isInstanceOf(EngineUnavailableException.class);
    }
}

package net.alexnet.train;

import static org.assertj.core.api.Assertions.assertThat;

import net.alexnet.tensor.Scope;
import net.alexnet.tensor.Shape;
import net.alexnet.tensor.reference.ReferenceBackend;
import org.junit.jupiter.api.Test;

class ProbeTest {
    @Test
    void freesEverythingItMade() {
        try (ReferenceBackend backend = new ReferenceBackend()) {
            backend.zeros(Shape.of(3));
            long before = backend.liveTensors();
            assertThat(Probe.imagesPerSecond(TinyRecipe.named("tiny", 1), backend)).isPositive();
            assertThat(backend.liveTensors()).isEqualTo(before);
            try (Scope _ = backend.scope()) { // the backend's own scopes are as they were
                backend.zeros(Shape.of(3));
            }
            assertThat(backend.liveTensors()).isEqualTo(before);
        }
    }
}

package net.alexnet.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.catchThrowable;

import org.junit.jupiter.api.Test;

/// A scope frees what was made in it, and nothing else.
interface ScopeContract extends Contract {
    @Test
    default void closingAScopeFreesItsTensors() {
        Tensor outside = normal(1, 4);
        long before = backend().liveTensors();
        Tensor inside;
        try (Scope _ = backend().scope()) {
            inside = backend().relu(outside);
            assertThat(backend().liveTensors()).isGreaterThan(before);
        }
        assertThat(backend().liveTensors()).isEqualTo(before);
        assertThat(values(outside)).hasSize(4);
        assertThatIllegalStateException().isThrownBy(() -> values(inside)).withMessageContaining("4");
        assertThatIllegalStateException().isThrownBy(() -> backend().relu(inside));
        assertThatIllegalStateException().isThrownBy(() -> backend().multiply(outside, inside));
        assertThatIllegalStateException().isThrownBy(() -> backend().assign(inside, new float[4]));
    }

    @Test
    default void aTensorIsFreedBeforeItsScope() {
        long before = backend().liveTensors();
        try (Scope _ = backend().scope()) {
            Tensor early = normal(1, 4);
            Tensor late = backend().relu(early);
            try (Scope _ = backend().scope()) {
                backend().free(early);
            }
            assertThat(backend().liveTensors()).isEqualTo(before + 1);
            assertThatIllegalStateException().isThrownBy(() -> values(early));
            assertThat(values(late)).hasSize(4);
        }
        assertThat(backend().liveTensors()).isEqualTo(before);
    }

    @Test
    default void aResultOutlivesItsOperand() {
        try (Scope _ = backend().scope()) {
            Tensor maps = normal(6, 2, 3, 2, 2);
            Tensor flat = backend().flatten(maps);
            Tensor again = backend().unflatten(flat, Shape.of(2, 3, 2, 2));
            backend().free(maps);
            backend().free(flat);
            normal(7, 2, 3, 2, 2);
            assertThat(values(again)).isEqualTo(Samples.normal(Shape.of(2, 3, 2, 2), 6));
        }
    }

    @Test
    default void onlyTheInnermostScopeCloses() {
        try (Scope outer = backend().scope()) {
            try (Scope _ = backend().scope()) {
                assertThatIllegalStateException().isThrownBy(outer::close);
            }
        }
    }

    @Test
    default void scopesBelongToTheirThread() throws InterruptedException {
        try (Scope scope = backend().scope()) {
            Tensor[] made = new Tensor[1];
            Throwable[] refused = new Throwable[1];
            Thread other = Thread.ofPlatform().start(() -> {
                made[0] = normal(1, 3);
                refused[0] = catchThrowable(scope::close);
            });
            other.join();
            assertThat(refused[0]).isInstanceOf(IllegalStateException.class);
            assertThat(values(made[0])).hasSize(3);
        }
    }

    @Test
    default void aScopeClosesOnce() {
        Scope scope = backend().scope();
        scope.close();
        scope.close();
        try (Scope _ = backend().scope()) {
            Tensor tensor = normal(1, 2);
            scope.close();
            assertThat(values(tensor)).hasSize(2);
        }
    }

    @Test
    default void closingTheBackendFreesEverything() {
        Tensor parameter = normal(1, 3);
        try (Scope _ = backend().scope()) {
            normal(2, 3);
            backend().close();
            assertThat(backend().liveTensors()).isZero();
        }
        backend().close();
        assertThat(backend().liveTensors()).isZero();
        assertThatIllegalStateException().isThrownBy(() -> values(parameter));
    }
}

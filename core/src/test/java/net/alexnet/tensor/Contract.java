package net.alexnet.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Objects;
import java.util.function.Function;

/// What each part of [BackendContract] has to work with.
interface Contract {
    /// The backend under test.
    Backend backend();

    /// The specification.
    Backend reference();

    /// Runs the same work on both backends and holds every result of the one to the other's.
    ///
    /// @param work gives its results by name
    default void agrees(Function<Backend, Map<String, Tensor>> work) {
        try (Scope _ = backend().scope(); Scope _ = reference().scope()) {
            Map<String, Tensor> expected = work.apply(reference());
            Map<String, Tensor> actual = work.apply(backend());
            assertThat(actual).containsOnlyKeys(expected.keySet());
            expected.forEach((name, tensor) -> {
                Tensor found = Objects.requireNonNull(actual.get(name));
                assertThat(found.shape()).as("shape of " + name).isEqualTo(tensor.shape());
                Closeness.assertClose(name, reference().download(tensor), backend().download(found));
            });
        }
    }

    /// Normal draws on the backend under test.
    default Tensor normal(long seed, int... dims) {
        return normal(backend(), seed, Shape.of(dims));
    }

    /// Normal draws on one backend.
    static Tensor normal(Backend backend, long seed, Shape shape) {
        return backend.upload(shape, Samples.normal(shape, seed));
    }

    /// These values on the backend under test.
    default Tensor tensor(Shape shape, float... values) {
        return backend().upload(shape, values);
    }

    /// The values of a tensor of the backend under test.
    default float[] values(Tensor tensor) {
        return backend().download(tensor);
    }

    /// `Σ a · b`, in double.
    default double dot(Tensor a, Tensor b) {
        float[] left = values(a);
        float[] right = values(b);
        double sum = 0;
        for (int at = 0; at < left.length; at++) {
            sum += (double) left[at] * right[at];
        }
        return sum;
    }
}

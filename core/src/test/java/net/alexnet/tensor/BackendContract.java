package net.alexnet.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import net.alexnet.tensor.reference.ReferenceBackend;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// What every [Backend] does: one suite, extended by a few lines for each of them.
///
/// An operation is held to a statement that stands by itself where there is one (a sum done by hand, a law), and over
/// generated shapes to [ReferenceBackend]. Each part is an interface beside this class, one per kind of operation.
public abstract class BackendContract
        implements
            StorageContract,
            ScopeContract,
            ConvolutionContract,
            DenseContract,
            NeuronContract,
            LocalResponseNormContract,
            MaxPoolContract,
            FusedContract,
            SoftmaxContract,
            UpdateContract,
            StatisticsContract,
            OperandContract,
            StepContract {
    private final Backend backend;
    private final Backend reference = new ReferenceBackend();

    /// @param backend a fresh one for each test; the suite closes it
    protected BackendContract(Backend backend) {
        this.backend = backend;
    }

    @Override
    public final Backend backend() {
        return backend;
    }

    @Override
    public final Backend reference() {
        return reference;
    }

    @AfterEach
    final void close() {
        backend.close();
        reference.close();
    }

    @Test
    final void describesWhatComputes() {
        assertThat(backend.describe()).isNotBlank();
    }

    @Test
    final void noDeviceIsFasterInFloat32ThanInFloat32() {
        assertThat(backend.isFasterIn(Precision.FLOAT32)).isFalse();
    }

    @Test
    final void namesWhatItsLastDigitsDependOn() {
        ComputeEnvironment numerics = backend.computeEnvironment();
        assertThat(backend.describe()).contains(numerics.engine().split(",", 2)[0]);
        assertThat(backend.describe()).containsPattern("\\d+ thread");
        assertThat(numerics.instructions()).isNotBlank();
        assertThat(numerics.changes(backend.computeEnvironment())).isEmpty();
    }
}

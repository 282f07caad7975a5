package net.alexnet.torch.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.Optional;
import net.alexnet.tensor.Precision;
import net.alexnet.tensor.Shape;
import net.alexnet.tensor.Window;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WinogradGeometryTest {
    /// 49 values for each pair of channels in and out of a group. Nothing is allocated to find out.
    @ParameterizedTest
    @CsvSource({"6000, 6000, 1, 13, true", "7000, 7000, 1, 13, false", "7000, 7000, 2, 13, true",
        "64, 700000, 1, 13, false", "512, 512, 1, 50000, true", "512, 512, 1, 500000, false",
        "100000, 100000, 1, 13, false"})
    void aWeightTooLargeForAnArrayIsRefused(
            int channels, int filters, int groups, int width, boolean taken) {
        Kernels kernels = Kernels.open(1, Precision.FLOAT32).orElse(null);
        assumeTrue(kernels != null);
        assertThat(kernels.convolution(Shape.of(1, channels, 13, width),
                Shape.of(filters, channels / groups, 3, 3), Window.of(3, 1, 1), groups).isPresent()).isEqualTo(taken);
    }

    /// Lengths fit an int.
    @ParameterizedTest
    @CsvSource({"6000, 6000", "6608, 6608", "16, 2600000", "2600000, 16"})
    void lengthsArePositive(int channels, int filters) {
        Shape x = Shape.of(1, channels, 13, 13);
        Shape weight = Shape.of(filters, channels, 3, 3);
        Optional.of(WinogradGeometry.of(x, weight, Window.of(3, 1, 1), 1)).filter(WinogradGeometry::pays)
                .ifPresent(taken -> {
                    assertThat(taken.weightsLength()).isPositive()
                            .isEqualTo(Math.multiplyExact(49, taken.paddedChannels() * taken.paddedGroupFilters()));
                    taken.adjoint().ifPresent(adjoint -> assertThat(adjoint.weightsLength()).isPositive());
                });
    }
}

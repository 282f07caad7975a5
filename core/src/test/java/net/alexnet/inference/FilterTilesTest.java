package net.alexnet.inference;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import net.alexnet.data.image.Image;
import net.alexnet.data.image.TestImages;
import net.alexnet.data.image.TileGrid;
import net.alexnet.nn.Initialization;
import net.alexnet.nn.Network;
import net.alexnet.nn.TinyNetworks;
import net.alexnet.tensor.reference.ReferenceBackend;
import org.junit.jupiter.api.Test;

class FilterTilesTest {
    /// Of 2 × 2 pixels: the first has -1 in red and 3 in blue of its lower right pixel, the second is constant.
    private static final FilterTiles KERNELS = new FilterTiles(2, 3, 2, new float[] {
        -1, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 3, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7});

    @Test
    void eachKernelIsScaledToItsOwnRange() {
        Image tile = KERNELS.tile(0);

        assertThat(color(tile, 0, 0)).containsExactly(0, 64, 64);
        assertThat(color(tile, 1, 0)).containsExactly(64, 64, 64);
        assertThat(color(tile, 1, 1)).containsExactly(128, 128, 255);
        assertThat(color(KERNELS.tile(1), 1, 0)).containsExactly(128, 128, 128);
    }

    @Test
    void tilesAreEnlargedWithoutSmoothing() {
        TileGrid grid = KERNELS.grid(2);
        Image picture = KERNELS.picture(0, 2);

        assertThat(grid.columns()).isEqualTo(2);
        assertThat(grid.factor()).isEqualTo(22);
        assertThat(picture.width()).isEqualTo(grid.left(1) + 44);
        assertThat(picture.height()).isEqualTo(44);
        assertThat(color(picture, 0, 0)).isEqualTo(color(picture, 21, 21)).containsExactly(0, 64, 64);
        assertThat(color(picture, 22, 22)).isEqualTo(color(picture, 43, 43)).containsExactly(128, 128, 255);
        assertThat(color(picture, 44, 0)).as("between the tiles").containsExactly(255, 255, 255);
        assertThat(color(picture, grid.left(1), 0)).containsExactly(128, 128, 128);
    }

    @Test
    void rowsAreFullAndHaveAtMostSixteen() {
        assertThat(IntStream.of(96, 48, 24, 64, 7, 22).map(count -> KERNELS.grid(count).columns()))
                .containsExactly(16, 16, 12, 16, 7, 11);
        TileGrid grid = KERNELS.grid(48);
        assertThat(grid.left(17)).isEqualTo(grid.left(1)).isEqualTo(48);
        assertThat(grid.top(15)).isZero();
        assertThat(grid.top(16)).isEqualTo(48);
    }

    @Test
    void theKernelsOfANetworkAreThoseOfItsFirstConvolution() {
        try (ReferenceBackend backend = new ReferenceBackend()) {
            Network network = Network.initialize(TinyNetworks.of(2).architecture(), Initialization.HE, 1, backend);
            FilterTiles kernels = FilterTiles.of(network).orElseThrow();
            assertThat(List.of(kernels.filters(), kernels.channels(), kernels.side())).containsExactly(8, 1, 5);
            assertThat(kernels.weights()).isEqualTo(backend.download(network.parameters().getFirst().value()));
            assertThat(kernels.tile(7).channels()).isEqualTo(1);
        }
    }

    private static List<Integer> color(Image image, int x, int y) {
        return IntStream.range(0, 3).mapToObj(channel -> TestImages.sample(image, x, y, channel)).toList();
    }
}

package net.alexnet.app;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import net.alexnet.dataset.Dataset;
import net.alexnet.dataset.Datasets;
import net.alexnet.dataset.HoldOut;
import net.alexnet.dataset.IdxFiles;
import net.alexnet.image.PictureCodec;
import net.alexnet.recipe.Recipe;

/// Opens a recipe's pictures: those that come with the program, or a folder.
final class DataSource {
    /// How a recipe names the embedded pictures: 6,000 training and 1,000 test pictures of Fashion-MNIST.
    static final String SAMPLE = "sample";

    private DataSource() {}

    /// A source that means the same from every folder.
    static String absolute(String source) {
        return source.equals(SAMPLE) ? source : Path.of(source).toAbsolutePath().normalize().toString();
    }

    static Dataset open(Recipe recipe, PictureCodec codec) throws IOException {
        String source = recipe.data().source();
        int channels = recipe.network().channels();
        List<String> names = recipe.data().classNames();
        if (source.equals(SAMPLE)) {
            return IdxFiles
                    .from("the embedded sample",
                            name -> Optional.ofNullable(DataSource.class.getResourceAsStream("sample/" + name)))
                    .open(channels, new HoldOut(recipe.data().holdOut(), recipe.seed()), names);
        }
        return Datasets.open(Path.of(source), codec, channels, recipe.seed(), recipe.data().holdOut(), names);
    }
}

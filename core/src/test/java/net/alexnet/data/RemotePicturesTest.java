package net.alexnet.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import net.alexnet.io.CacheFolder;
import net.alexnet.train.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Addresses without the module that fetches them; interop's `WebFilesTest` fetches.
class RemotePicturesTest {
    private static final String ADDRESS = "https://host/{train,val}-{0..7}.tar";

    @TempDir
    Path folder;

    @Test
    void saysWhatIsMissing() {
        CacheFolder cache = new CacheFolder(folder.resolve("cache"));
        assertThatThrownBy(() -> RemotePictures.local(ADDRESS, cache, ProgressListener.NONE, () -> false))
                .isInstanceOf(DatasetException.class).hasMessageContainingAll(ADDRESS, "alexnet-interop");
        assertThat(cache.root()).doesNotExist();
    }

    @Test
    void aPathStaysAsItIs() throws Exception {
        CacheFolder cache = new CacheFolder(folder.resolve("cache"));
        for (String path : new String[] {"pictures", "http", "https/x.tar", "sample"}) {
            assertThat(RemotePictures.local(path, cache, ProgressListener.NONE, () -> false)).isEqualTo(Path.of(path));
        }
    }

    @Test
    void anAddressIsASourceByItself() {
        assertThat(DataSource.named(ADDRESS)).isEqualTo(ADDRESS);
        assertThat(DataSource.absolute(ADDRESS)).isEqualTo(ADDRESS);
        assertThat(DataSource.named(DataSource.SAMPLE)).isEqualTo(Path.of("sample").toAbsolutePath().toString());
        assertThat(DataSource.maySame(ADDRESS, ADDRESS)).isTrue();
        assertThat(DataSource.maySame(ADDRESS, ADDRESS.replace("host", "other"))).isFalse();
        assertThat(DataSource.maySame(ADDRESS, "/data/{train,val}-{0..7}.tar")).isFalse();
        for (String address : new String[] {ADDRESS, ADDRESS + "?from=a/b"}) {
            assertThat(DataSource.maySame(address, "{train,val}-{0..7}.tar")).isTrue();
            assertThat(DataSource.maySame("{train,val}-{0..7}.tar", address)).isTrue();
            assertThat(DataSource.maySame(address, "val-{0..7}.tar")).isFalse();
        }
        assertThat(DataSource.maySame("https://host/" + DataSource.SAMPLE, DataSource.SAMPLE)).isFalse();
    }
}

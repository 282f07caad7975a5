package net.alexnet.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import net.alexnet.inference.ImageNet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PublishedModelTest {
    private static final String ABC_SHA1 = "sha1:a9993e364706816aba3e25717850c26c9cd0d89d";
    private static final String ABC_SHA256 = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    @TempDir
    Path folder;

    /// An entry of a catalog of which only the file matters.
    static PublishedModel model(String file, URI address, @Nullable Long bytes, String hash) {
        return new PublishedModel("toy", "a toy", file, address, bytes, hash, "none",
                new PublishedModel.Accuracy(50, 80, 10), "torchvision", ImageNet.Order.DEVKIT);
    }

    private static PublishedModel file(String name, String address, String hash) {
        return model(name, URI.create(address), 3L, hash);
    }

    @Test
    void hashesAsThePublisherDoes() throws Exception {
        Path abc = Files.writeString(folder.resolve("abc"), "abc");
        assertThat(Downloader.hash(abc, ABC_SHA1)).isEqualTo(ABC_SHA1);
        assertThat(Downloader.hash(abc, ABC_SHA256)).isEqualTo(ABC_SHA256);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "..", "a/b", "a\\b", ".hidden", "a b", "/etc/passwd", "C:x"})
    void aNameThatCouldLeaveItsFolderIsRefused(String name) {
        assertThatIllegalArgumentException().isThrownBy(() -> file(name, "https://example.org/", ABC_SHA1));
    }

    @ParameterizedTest
    @ValueSource(strings = {"file:///etc/passwd", "ftp://example.org/a", "example.org/a", "https:/a"})
    void anAddressThatIsNotHttpIsRefused(String address) {
        assertThatIllegalArgumentException().isThrownBy(() -> file("a", address, ABC_SHA1));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "md5:900150983cd24fb0d6963f7d28e17f72", "sha1:A9993E36", "sha256:12"})
    void aHashOfAnotherFormIsRefused(String hash) {
        assertThatIllegalArgumentException().isThrownBy(() -> file("a", "https://example.org/", hash));
    }
}

package net.alexnet.interop.download;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PublishedFileTest {
    private static final Hash HASH = new Hash(Hash.Kind.MD5, "900150983cd24fb0d6963f7d28e17f72");

    private static PublishedFile file(String name, String address, boolean plain) {
        return new PublishedFile(name, List.of(URI.create(address)), OptionalLong.of(3), 3, HASH, plain);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "..", "../a", "a/b", "/a", "a\\b", ".hidden", "a b", "a\0"})
    void aNameThatLeavesTheFolderIsRefused(String name) {
        assertThatThrownBy(() -> file(name, "https://a/b", false)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("not the name of a file");
    }

    @ParameterizedTest
    @CsvSource({"http://a/b, false", "ftp://a/b, true", "file:///a, true", "a/b, true", "https:///b, false"})
    void anAddressThatIsNotHttpsIsRefused(String address, boolean plain) {
        assertThatThrownBy(() -> file("a", address, plain)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("is not an address that begins with https://");
    }

    @ParameterizedTest
    @CsvSource({
        "https://a/b, https://c/d, https://c/d", "https://a/b, /e, https://a/e", "http://a/b, https://c/d, https://c/d",
        "http://a/b, http://c/d, http://c/d", "HTTPS://a/b, d, HTTPS://a/d"
    })
    void redirectionsThatAreFollowed(String from, String location, String to) throws Exception {
        assertThat(Redirects.follow(URI.create(from), location)).isEqualTo(URI.create(to));
    }

    @ParameterizedTest
    @CsvSource({"https://a/b, http://a/b", "HTTPS://a/b, HTTP://a/b", "https://a/b, file:///c",
        "http://a/b, gopher://c/",
        "https://a/b, 'http://[broken'"})
    void redirectionsThatAreNot(String from, String location) {
        assertThatThrownBy(() -> Redirects.follow(URI.create(from), location)).isInstanceOf(DownloadException.class)
                .hasMessageContaining(location);
    }

    /// The test values of RFC 1321 and FIPS 180 for the text `abc`.
    @ParameterizedTest
    @CsvSource({
        "MD5, 900150983cd24fb0d6963f7d28e17f72", "SHA1, A9993E364706816ABA3E25717850C26C9CD0D89D",
        "SHA256, ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", "SHA256_PREFIX, ba7816bf"
    })
    void knownHashes(Hash.Kind kind, String hex, @TempDir Path folder) throws Exception {
        Path abc = Files.writeString(folder.resolve("abc"), "abc");
        Path other = Files.writeString(folder.resolve("other"), "abd");
        Hash hash = new Hash(kind, hex);
        assertThat(hash.of(abc)).isEqualTo(hash);
        assertThat(hash.of(other)).isNotEqualTo(hash);
    }

    @ParameterizedTest
    @CsvSource({"MD5, 90", "SHA1, ''", "SHA256, ba7816bf", "SHA256_PREFIX, ba7816b", "SHA256_PREFIX, ba7816bx"})
    void noHashes(Hash.Kind kind, String hex) {
        assertThatThrownBy(() -> new Hash(kind, hex)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("hexadecimal digits");
    }

    @Test
    void aLimitBelowTheSizeIsRefused() {
        assertThatThrownBy(() -> new PublishedFile("a", List.of(URI.create("https://a/b")), OptionalLong.of(4), 3, HASH,
                false)).isInstanceOf(IllegalArgumentException.class);
    }
}

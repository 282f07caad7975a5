package net.alexnet.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@DisabledOnOs(OS.WINDOWS)
class PrivateFolderTest {
    @TempDir
    Path folder;

    private static void permit(Path path, String permissions) throws IOException {
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(permissions));
    }

    private static String permissions(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    @Test
    void othersMayNotEnterWhatIsMade() throws IOException {
        Path made = folder.resolve("above/made");
        PrivateFolder.make(made);
        assertThat(permissions(made)).isEqualTo("rwx------");
        permit(made, "rwxr-xr-x");
        PrivateFolder.make(made);
        assertThat(permissions(made)).isEqualTo("rwx------");
    }

    @Test
    void filesInItAreClosedToo() throws IOException {
        Path made = folder.resolve("made");
        PrivateFolder.make(made);
        AtomicFiles.writeString(made.resolve("file"), "text");
        assertThat(permissions(made.resolve("file"))).isEqualTo("rw-------");
        permit(folder, "rwxr-xr-x");
        AtomicFiles.writeString(folder.resolve("file"), "text");
        assertThat(permissions(folder.resolve("file"))).as("where the user's mask counts").startsWith("rw-r");
    }

    @Test
    void aFolderThatOthersMayWriteToIsRefused() throws IOException {
        Path open = Files.createDirectory(folder.resolve("open"));
        Path inside = Files.createDirectory(open.resolve("inside"));
        Path link = Files.createSymbolicLink(folder.resolve("link"), inside);
        PrivateFolder.require(link);
        permit(open, "rwxrwxrwx");
        for (Path refused : new Path[] {open, inside, link}) {
            assertThatThrownBy(() -> PrivateFolder.require(refused)).isInstanceOf(IOException.class)
                    .hasMessageContaining(open.toString());
            assertThatThrownBy(() -> PrivateFolder.make(refused)).isInstanceOf(IOException.class);
            assertThatThrownBy(() -> new CacheFolder(refused).make()).isInstanceOf(IOException.class)
                    .hasMessageContainingAll(refused.toString(), "XDG_CACHE_HOME");
        }
        assertThatThrownBy(() -> new CacheFolder(inside).requirePrivate()).isInstanceOf(IOException.class);
    }

    @Test
    void aFolderOfAnotherUserIsRefused() throws IOException {
        Path other = Path.of("/proc/1");
        assumeThat(Files.exists(other) && !Files.getOwner(other).equals(Files.getOwner(folder))).isTrue();
        assertThatThrownBy(() -> PrivateFolder.require(other)).isInstanceOf(IOException.class);
    }

    /// As root only: no other user can make such a folder.
    @Test
    void rootDoesNotTrustTheFolderOfAUser() throws IOException {
        Path theirs = Files.createDirectory(folder.resolve("theirs"));
        try {
            Files.setAttribute(theirs, "unix:uid", 65533);
        } catch (IOException e) {
            assumeThat(false).as("needs root").isTrue();
        }
        assertThatThrownBy(() -> PrivateFolder.require(theirs)).isInstanceOf(IOException.class)
                .hasMessageContaining(theirs.toString());
    }

    /// As root only: the folder was open once, and is closed now.
    @Test
    void aFileOfAnotherUserInAFolderOfLibrariesIsRefused() throws IOException {
        Path inner = Files.createDirectories(folder.resolve("libraries/inner"));
        Path theirs = Files.createFile(inner.resolve("lib.so"));
        PrivateFolder.requireAlone(folder.resolve("libraries"));
        try {
            Files.setAttribute(theirs, "unix:uid", 65533);
        } catch (IOException e) {
            assumeThat(false).as("needs root").isTrue();
        }
        assertThatThrownBy(() -> PrivateFolder.requireAlone(folder.resolve("libraries")))
                .isInstanceOf(IOException.class).hasMessageContaining(theirs.toString());
    }

    @Test
    void aGroupOfOthersMayNotWriteToAFolderOfLibraries() throws IOException {
        Path shared = Files.createDirectory(folder.resolve("shared"));
        PrivateFolder.requireAlone(shared);
        permit(shared, "rwxrwxr-x");
        try {
            Files.setAttribute(shared, "unix:gid", 65533);
        } catch (IOException e) {
            assumeThat(false).as("needs root").isTrue();
        }
        assertThatThrownBy(() -> PrivateFolder.requireAlone(shared)).isInstanceOf(IOException.class);
    }
}

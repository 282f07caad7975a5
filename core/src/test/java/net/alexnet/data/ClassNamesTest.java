package net.alexnet.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClassNamesTest {
    @Test
    void ordinaryNamesAreFoldersAsTheyAre() {
        List<String> names = List.of("ants", "tench, Tinca tinca", "n01440764", "Zürich", "猫", "lost+found (2)");
        assertThat(ClassNames.folders(names)).isEqualTo(names);
    }

    @ParameterizedTest
    @CsvSource({"../../etc, _._.._etc", "/etc, _etc", "a\\b, a_b", "C:, C_", "what?, what_", ".ssh, _ssh", "., _",
        ".., _",
        "'', _", "' ', _", "x. ., x", "con, _con", "NUL.txt, _NUL.txt", "console, console"})
    void otherNamesAreMadeSafe(String name, String folder) {
        assertThat(ClassNames.folders(List.of(name))).containsExactly(folder);
    }

    @Test
    void controlCharactersAndOtherDirectionsOfWritingAreReplaced() {
        assertThat(ClassNames.folders(List.of("a\u0000b\nc\u001b[2J", "gpj\u202e.exe")))
                .containsExactly("a_b_c_[2J", "gpj_.exe");
    }

    @Test
    void eachClassHasAFolderOfItsOwn() {
        assertThat(ClassNames.folders(List.of("Bag", "bag", "a/b", "a:b", "bag-2", "caf\u00e9", "cafe\u0301")))
                .containsExactly("Bag", "bag-2", "a_b", "a_b-2", "bag-2-2", "caf\u00e9", "cafe\u0301-2");
    }

    @Test
    void aLongNameCanBeAFolder(@TempDir Path root) throws Exception {
        String emoji = "\ud83d\udc1c".repeat(500);
        List<String> folders = ClassNames.folders(List.of(emoji, emoji));
        assertThat(folders).doesNotHaveDuplicates();
        for (String folder : folders) {
            assertThat(folder.getBytes(StandardCharsets.UTF_8)).hasSizeLessThanOrEqualTo(255);
            assertThat(Files.createDirectory(root.resolve(folder)).getParent()).isEqualTo(root);
        }
    }
}

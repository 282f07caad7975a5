package net.alexnet.io;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TextsTest {
    @Test
    void anArgumentIsQuotedWhereAShellWouldChangeIt() {
        assertThat(Texts.argument("/data/my-pictures_2/x.tar")).isEqualTo("/data/my-pictures_2/x.tar");
        assertThat(Texts.argument("https://host/{train,val}.tar?a&b"))
                .isEqualTo("'https://host/{train,val}.tar?a&b'");
        assertThat(Texts.argument("Ann's pictures")).isEqualTo("'Ann'\\''s pictures'");
        assertThat(Texts.argument("")).isEqualTo("''");
    }

    @ParameterizedTest
    @ValueSource(chars = {'\u001b', '\u0007', '\u009b', '\u061c', '\u200e', '\u200f', '\u2028', '\u202e', '\u2066',
        '\r'})
    void aNameDoesNotSteerATerminal(char one) {
        assertThat(Texts.steers(one)).isTrue();
        assertThat(Texts.line("a" + one + "b")).hasSize(3).doesNotContain(String.valueOf(one));
    }

    @Test
    void aLineIsOneLineAndKeepsEveryScript() {
        assertThat(Texts.line("a\r\nb\tc\u2028d")).isEqualTo("a b c d");
        String scripts = "Grüße, 猫, קוטל, 👨\u200d👩\u200d👧";
        assertThat(Texts.line(scripts)).isEqualTo(scripts);
    }

    @ParameterizedTest
    @ValueSource(strings = {"=1+1", "+cmd|' C'!A0", "-2+3", "@SUM(1)", "\t=1", "\r=1", " =1"})
    void aCellIsNoFormula(String text) {
        assertThat(Texts.cell(text)).startsWith("'");
    }

    @Test
    void tablesHoldCells(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("table.tsv");
        Tsv.write(file, List.of("a", "b"), List.of(List.of("=x\u001b[31m", "plain name.jpg")));
        assertThat(Files.readString(file)).isEqualTo("a\tb\n'=x\uFFFD[31m\tplain name.jpg\n");
    }
}

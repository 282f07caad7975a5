package net.alexnet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import net.alexnet.data.PreparationSettings;
import net.alexnet.torch.OpenCvCodec;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// `alexnet prepare`, as a user calls it.
class PrepareTest {
    @TempDir
    static Path root;

    private static Path pictures;

    @BeforeAll
    static void draw() throws Exception {
        pictures = root.resolve("pictures");
        ToyImages.write(pictures, 10, 1);
        ToyImages.writeText(pictures.resolve("rows/notes.jpg"));
        Files.copy(pictures.resolve("rows/0.png"), pictures.resolve("discs/wrong.png"));
    }

    private static Result prepare(Path out, Object... more) {
        Object[] arguments = new Object[more.length + 5];
        List<Object> first = List.of("prepare", pictures, out, "--size", 32);
        first.toArray(arguments);
        System.arraycopy(more, 0, arguments, first.size(), more.length);
        return Result.of(arguments);
    }

    @Test
    void preparesOnceAndFindsItAgain() throws Exception {
        Path out = root.resolve("once");
        JsonNode made = prepare(out, "--json").json();
        assertThat(made.get("already_prepared").asBoolean()).isFalse();
        assertThat(made.get("training").asInt() + made.get("validation").asInt()).isEqualTo(31);
        assertThat(made.get("rejected").asInt()).isEqualTo(1);
        assertThat(made.get("duplicate_groups").asInt()).isEqualTo(1);
        assertThat(made.get("duplicate_pictures").asInt()).isEqualTo(2);
        assertThat(made.get("shards").asInt()).isEqualTo(2);
        assertThat(made.get("images_per_second").asDouble()).isPositive();
        assertThat(Files.readString(out.resolve("rejected.tsv"))).contains("rows/notes.jpg\tnot a picture");
        assertThat(Files.readString(out.resolve("duplicates.tsv"))).contains("rows/0.png", "discs/wrong.png");
        assertThat(out.resolve("train-000000.tar")).exists();

        Result again = prepare(out);
        assertThat(again.exitCode()).isZero();
        assertThat(again.err()).isEmpty();
        assertThat(again.out()).startsWith("already prepared " + out + ": ")
                .contains("use it: ./alexnet train --data " + out);
    }

    @Test
    void warnsOfWhatIsOddAndSaysWhatWasMade() {
        Result result = prepare(root.resolve("odd"), "--format", "jpeg", "--threads", 1);
        assertThat(result.exitCode()).isZero();
        assertThat(result.out()).startsWith("prepared ").contains("1 left out, in 2 shards", "images/s");
        assertThat(result.warnings()).hasSize(2);
        assertThat(result.warnings().getFirst()).contains("1 of 32 pictures (3.1 %) cannot be read", "rows/notes.jpg");
        assertThat(result.warnings().getLast()).contains("2 pictures are equal to one of another split or class");
    }

    @Test
    void strictFails() {
        Path out = root.resolve("strict");
        prepare(out, "--strict").isRefused(1, "1 of 32 pictures (3.1 %) cannot be read, more than 1 %");
        assertThat(out.resolve("dataset.json")).doesNotExist();
    }

    @Test
    void refusesOtherSettingsAndOtherPictures() {
        Path out = root.resolve("settings");
        assertThat(prepare(out).exitCode()).isZero();
        prepare(out, "--channels", 1).isRefused(1, out + " was prepared with other settings: channels 3, now 1");
        prepare(out, "--format", "jpeg").isRefused(1, "format PNG, now JPEG");
        prepare(out, "--max-pixels", 1024).isRefused(1, "most pixels 178000000, now 1024");
        prepare(out, "--hold-out", 0.5).isRefused(1, out + " was prepared from other pictures");
    }

    @Test
    void leavesOutWhatClaimsTooManyPixels() throws Exception {
        JsonNode made = Result.done("prepare", pictures, root.resolve("small"), "--size", 16, "--max-pixels", 700,
                "--json").json();
        assertThat(made.get("rejected").asInt()).isBetween(2, 30);
        assertThat(Files.readString(root.resolve("small/rejected.tsv"))).contains("the limit is 700");
    }

    @Test
    void verifiesAndNamesTheShardThatWasAltered() throws Exception {
        Path out = root.resolve("verified");
        assertThat(prepare(out).exitCode()).isZero();
        assertThat(Result.done("prepare", "--verify", out).out()).startsWith(out + " is whole: 2 shards of ");
        assertThat(Result.done("prepare", "--verify", out, "--json").json().get("whole").asBoolean()).isTrue();
        try (RandomAccessFile shard = new RandomAccessFile(out.resolve("val-000000.tar").toFile(), "rw")) {
            shard.seek(600);
            shard.write(~shard.read());
        }
        Result.of("prepare", "--verify", out).isRefused(1, out.resolve("val-000000.tar") + " was altered",
                "Copy it again");
        Result.of("prepare", "--verify", pictures).isRefused(1, "it has no dataset.json");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            prepare                                  | prepare needs two folders
            prepare pictures                         | prepare needs two folders
            prepare a b c                            | prepare needs two folders
            prepare a a/b                            | lie in each other
            prepare a b --size 4                     | must be 8 to 1024 pixels, found 4
            prepare a b --size 1025                  | must be 8 to 1024 pixels, found 1025
            prepare a b --size big                   | '--size'
            prepare a b --channels 2                 | channels must be 1 or 3, found 2
            prepare a b --format gif                 | '--format': expected one of jpeg, png
            prepare a b --quality 0                  | the quality of a JPEG must be 1 to 100, found 0
            prepare a b --shard-size 5GiB            | must be 65536 to 4294967296 bytes, found 5368709120
            prepare a b --shard-size large           | 'large' is not a size such as 256MB or 1GiB
            prepare a b --shard-size 100kB           | may not hold one picture of 256 × 256 × 3
            prepare a b --threads 0                  | --threads must be 1 to 1024, found 0
            prepare a b --max-pixels 65535           | most pixels of a picture must be at least 65536, those of one
            prepare a b --max-pixels 1073741825      | --max-pixels must be 1 to 1073741824, found
            prepare a b --hold-out -0.1              | --hold-out must be at least 0 and below 1, found -0.1
            prepare a b --hold-out NaN               | --hold-out must be at least 0 and below 1, found NaN
            prepare a b --size 64 --quality 90       | --quality is for JPEG, but images of 64 pixels are stored as PNG
            prepare a b --format png --quality 95    | --quality is for JPEG
            prepare a b --shard-size 99999999999GiB  | '99999999999GiB' is too large
            prepare --verify a b                     | found b besides
            """)
    void anOptionThatCannotBe(String command, String said) {
        Result.of((Object[]) command.split(" +")).isRefused(2, said);
    }

    @Test
    void aFolderWithinTheOtherByALink() throws Exception {
        Path link = Files.createSymbolicLink(root.resolve("by-a-link"), pictures);
        prepare(link.resolve("new/out")).isRefused(2, "lie in each other");
        Result.of("prepare", link.resolve("rows"), pictures).isRefused(2, "lie in each other");
        assertThat(pictures.resolve("new")).doesNotExist();
    }

    @Test
    void classFoldersBesideAnotherProgramsDatasetJson() throws Exception {
        Path source = root.resolve("described");
        ToyImages.write(source, 4, 3);
        Files.writeString(source.resolve("dataset.json"), "{\"name\": \"toys\"}");
        Result.done("prepare", source, root.resolve("from-described"), "--size", 16);
    }

    @Test
    void theCodecsOwnLimitIsThatOfAPreparation() {
        assertThat(OpenCvCodec.MAX_PIXELS).isEqualTo(PreparationSettings.MAX_PIXELS);
    }

    @Test
    void aShareThatCannotBeHeldOut() {
        prepare(root.resolve("none"), "--hold-out", 1).isRefused(2, "at least 0 and below 1, found 1");
        assertThat(root.resolve("none")).doesNotExist();
    }

    @Test
    void aSourceThatIsNotThere() {
        Result.of("prepare", root.resolve("nowhere"), root.resolve("none"))
                .isRefused(1, "there is no file or folder " + root.resolve("nowhere"));
        assertThat(root.resolve("none")).doesNotExist();
    }
}

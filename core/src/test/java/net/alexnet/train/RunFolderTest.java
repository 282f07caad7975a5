package net.alexnet.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import net.alexnet.data.RejectedImage;
import net.alexnet.io.AtomicFiles;
import net.alexnet.train.config.RecipeException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunFolderTest {
    @TempDir
    private Path temporary;
    private Path runs = Path.of("");
    private Path latest = Path.of("");

    @BeforeEach
    void names() {
        runs = temporary.resolve("made/on/the/way/runs");
        latest = runs.resolve("latest");
    }

    // --- making ----------------------------------------------------------------------------------------------------

    @Test
    void isNamedAfterTheTimeAndTheRecipe() throws IOException {
        RunFolder folder = RunFolder.create(runs, TinyRecipe.named("tiny", 1));
        assertThat(folder.path()).isDirectory().hasParent(runs);
        assertThat(folder.path().getFileName().toString()).matches("20\\d{6}-\\d{6}-tiny");
    }

    @Test
    void itsNameHasOnlySafeCharacters() throws IOException {
        RunFolder folder = RunFolder.create(runs, TinyRecipe.named("../größe: a b\\c", 1));
        assertThat(folder.path()).hasParent(runs);
        assertThat(folder.path().getFileName().toString()).matches("20\\d{6}-\\d{6}-..-gr--e--a-b-c");
    }

    @Test
    void runsOfTheSameSecondHaveDifferentNames() throws IOException {
        Path first = RunFolder.create(runs, TinyRecipe.named("tiny", 1)).path();
        Path second = RunFolder.create(runs, TinyRecipe.named("tiny", 1)).path();
        Path third = RunFolder.create(runs, TinyRecipe.named("tiny", 1)).path();
        assertThat(List.of(first, second, third)).doesNotHaveDuplicates()
                .allSatisfy(path -> assertThat(path).isDirectory());
    }

    @Test
    void keepsTheWholeRecipe() throws IOException {
        RunFolder folder = RunFolder.create(runs, TinyRecipe.named("tiny", 3));
        assertThat(RunFolder.open(folder.path()).recipe()).isEqualTo(TinyRecipe.named("tiny", 3));
        Files.writeString(folder.path().resolve("recipe.yaml"), "epochs: many");
        assertThatThrownBy(folder::recipe).isInstanceOf(RecipeException.class)
                .hasMessage(folder.path().resolve("recipe.yaml") + ": epochs must be a whole number, found 'many'");
    }

    // --- latest ----------------------------------------------------------------------------------------------------

    @Test
    void latestPointsAtTheNewestRun() throws IOException {
        RunFolder first = RunFolder.create(runs, TinyRecipe.named("first", 1));
        assertThat(latest).doesNotExist();
        first.becomeLatest();
        assertThat(RunFolder.open(latest)).isEqualTo(first);
        RunFolder second = RunFolder.create(runs, TinyRecipe.named("second", 1));
        assertThat(RunFolder.open(latest)).isEqualTo(first);
        second.becomeLatest();
        assertThat(RunFolder.open(latest)).isEqualTo(second);
        assertThat(RunFolder.open(first.path())).isEqualTo(first);
    }

    @Test
    void latestSurvivesMovingAllRuns() throws IOException {
        RunFolder folder = RunFolder.create(runs, TinyRecipe.named("tiny", 1));
        folder.becomeLatest();
        Path moved = temporary.resolve("moved");
        Files.move(runs, moved);
        assertThat(RunFolder.open(moved.resolve("latest")).path())
                .isEqualTo(moved.resolve(folder.path().getFileName()));
    }

    /// What a file system without links gets.
    @Test
    void latestMayBeATextFile() throws IOException {
        RunFolder folder = RunFolder.create(runs, TinyRecipe.named("tiny", 1));
        Files.writeString(latest, folder.path().getFileName() + "\n");
        assertThat(RunFolder.open(latest)).isEqualTo(folder);
        RunFolder next = RunFolder.create(runs, TinyRecipe.named("next", 1));
        next.becomeLatest();
        assertThat(RunFolder.open(latest)).isEqualTo(next);
    }

    @Test
    void latestOfARemovedRunIsRefused() throws IOException {
        RunFolder folder = RunFolder.create(runs, TinyRecipe.named("tiny", 1));
        folder.becomeLatest();
        AtomicFiles.deleteTree(folder.path());
        assertThatThrownBy(() -> RunFolder.open(latest)).isInstanceOf(IOException.class)
                .hasMessageStartingWith("there is no run at " + folder.path());
        RunFolder next = RunFolder.create(runs, TinyRecipe.named("next", 1));
        next.becomeLatest();
        assertThat(RunFolder.open(latest)).isEqualTo(next);
    }

    @Test
    void aFolderInThePlaceOfLatestIsNotTouched() throws IOException {
        Path inside = Files.createDirectories(latest).resolve("mine.txt");
        Files.writeString(inside, "precious");
        assertThatThrownBy(() -> RunFolder.create(runs, TinyRecipe.named("tiny", 1))).isInstanceOf(IOException.class)
                .hasMessageStartingWith(latest + " is a folder");
        assertThat(inside).hasContent("precious");
        assertThat(runs).isDirectoryNotContaining("glob:**20*");
    }

    // --- refusals --------------------------------------------------------------------------------------------------

    @Test
    void aRunThatIsNotThereIsNamed() {
        assertThatThrownBy(() -> RunFolder.open(latest)).isInstanceOf(IOException.class)
                .hasMessageContaining(latest.toString());
    }

    @Test
    void aFolderThatIsNoRunIsNamed() {
        assertThatThrownBy(() -> RunFolder.open(temporary)).isInstanceOf(IOException.class).hasMessageContainingAll(
                temporary.toString(), "recipe.yaml");
    }

    @Test
    void aFileIsNoRun() throws IOException {
        Path file = Files.writeString(temporary.resolve("notes.txt"), "hello");
        assertThatThrownBy(() -> RunFolder.open(file)).isInstanceOf(IOException.class)
                .hasMessageContaining(file.toString());
    }

    // --- rejected pictures -----------------------------------------------------------------------------------------

    @Test
    void listsRejectedPicturesOnePerLine() throws IOException {
        RunFolder folder = RunFolder.create(runs, TinyRecipe.named("tiny", 1));
        RejectedImage.write(folder.path(), List.of(
                new RejectedImage("cats/a\tb\nc\rd.jpg", "cut\r\nafter 3\tbytes"),
                new RejectedImage("dogs/ü \"x\".png", "empty")));
        assertThat(folder.path().resolve("rejected.tsv"))
                .hasContent("file\treason\ncats/a b c d.jpg\tcut after 3 bytes\ndogs/ü \"x\".png\tempty\n");
    }

    @Test
    void writesNoListWithoutRejectedPictures() throws IOException {
        RunFolder folder = RunFolder.create(runs, TinyRecipe.named("tiny", 1));
        RejectedImage.write(folder.path(), List.of());
        assertThat(folder.path().resolve("rejected.tsv")).doesNotExist();
    }
}

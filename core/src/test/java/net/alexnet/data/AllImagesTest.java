package net.alexnet.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AllImagesTest {
    private static final String NONE = "none";

    @TempDir
    Path root;

    /// Every picture's name with the name of its class.
    private Map<String, String> classes(String... files) throws IOException {
        for (String file : files) {
            Path path = root.resolve(file);
            Files.createDirectories(path.getParent());
            Files.writeString(path, file);
        }
        ImageDataset set = AllImages.open(root);
        Map<String, String> classes = new TreeMap<>();
        for (int i = 0; i < set.size(); i++) {
            classes.put(set.name(i), AllImages.className(set, i).orElse(NONE));
        }
        return classes;
    }

    @Test
    void foldersOfASplitAreNoClasses() throws Exception {
        assertThat(classes("train/ants/1.jpg", "val/bees/2.jpg", "Test/ants/3.jpg", "test-2/4.jpg", "testing/5.jpg",
                "6.jpg"))
                .isEqualTo(Map.of("train/ants/1.jpg", "ants", "val/bees/2.jpg", "bees", "Test/ants/3.jpg", "ants",
                        "test-2/4.jpg", "test-2", "testing/5.jpg", NONE, "6.jpg", NONE));
    }

    @Test
    void validationAloneIsAPart() throws Exception {
        assertThat(classes("val/ants/1.jpg", "2.jpg")).isEqualTo(Map.of("val/ants/1.jpg", "ants", "2.jpg", NONE));
    }

    @Test
    void withoutASplitFoldersAreClasses() throws Exception {
        assertThat(classes("train/1.jpg", "bus/2.jpg")).isEqualTo(Map.of("train/1.jpg", "train", "bus/2.jpg", "bus"));
    }
}

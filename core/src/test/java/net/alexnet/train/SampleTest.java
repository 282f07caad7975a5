package net.alexnet.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;
import net.alexnet.data.Dataset;
import net.alexnet.data.IdxFiles;
import net.alexnet.data.ImageDataset;
import net.alexnet.data.TrainValidationSplit;
import org.junit.jupiter.api.Test;

/// The embedded sample, which `tools/sample.py` cuts.
class SampleTest {
    @Test
    void isBalancedNamedAndWhole() throws Exception {
        IdxFiles files = IdxFiles.from(
                "sample", name -> Optional.ofNullable(SampleTest.class.getResourceAsStream("sample/" + name)));
        Dataset sample = files.open(new TrainValidationSplit(0.2, 1), List.of());
        assertThat(sample.classes()).hasSize(10).startsWith("T-shirt/top", "Trouser").endsWith("Bag", "Ankle boot");
        assertThat(perClass(sample.training())).containsOnly(600L);
        assertThat(perClass(sample.validation())).containsOnly(100L);
        assertThat(sample.training().source(5999).image(new byte[0]).width()).isEqualTo(28);
    }

    @Test
    void keepsTheLicenseBesideIt() throws Exception {
        try (InputStream in = Objects.requireNonNull(SampleTest.class.getResourceAsStream("sample/NOTICE.txt"))) {
            assertThat(new String(in.readAllBytes(), StandardCharsets.UTF_8))
                    .contains("Fashion-MNIST", "2017, Zalando SE", "Permission is hereby granted, free of charge");
        }
    }

    private static List<Long> perClass(ImageDataset set) {
        return IntStream.range(0, 10)
                .mapToObj(label -> IntStream.range(0, set.size())
                        .filter(i -> set.label(i) == label)
                        .count())
                .toList();
    }
}

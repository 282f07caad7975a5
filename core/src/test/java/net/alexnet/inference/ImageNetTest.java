package net.alexnet.inference;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import net.alexnet.data.Synset;
import net.alexnet.inference.ImageNet.Order;
import org.junit.jupiter.api.Test;

class ImageNetTest {
    @Test
    void theSortedOrderIsThatOfTheWnids() {
        List<Synset> sorted = ImageNet.classes(Order.SORTED);
        assertThat(sorted).hasSize(ImageNet.CLASSES).extracting(Synset::wnid).isSorted().doesNotHaveDuplicates();
        assertThat(sorted).extracting(Synset::words).doesNotHaveDuplicates().allMatch(name -> !name.isBlank());
        assertThat(sorted.getFirst()).isEqualTo(new Synset("n01440764", 449, "tench"));
        assertThat(sorted.getLast().wnid()).isEqualTo("n15075141");
        assertThat(sorted.get(281)).extracting(Synset::wnid, Synset::words).containsExactly("n02123045", "tabby");
    }

    @Test
    void theDevkitsOrderIsThatOfItsNumbers() {
        assertThat(ImageNet.classes(Order.DEVKIT)).extracting(Synset::ilsvrcId)
                .isEqualTo(IntStream.rangeClosed(1, ImageNet.CLASSES).boxed().toList());
        assertThat(ImageNet.classes(Order.DEVKIT)).extracting(Synset::words)
                .startsWith("kit fox", "English setter", "Siberian husky", "Australian terrier");
    }

    /// The first lines of the devkit's `ILSVRC2012_validation_ground_truth.txt`, and what these pictures are in the sorted
    /// order by everyone's validation folders: a check of the numbers by another file than they come from.
    @Test
    void theNumbersAreThoseOfTheValidationPictures() {
        int[] numbers = {490, 361, 171, 822, 297, 482, 13, 704, 599, 164};
        String[] wnids = {"n01751748", "n09193705", "n02105855", "n04263257", "n03125729", "n01735189", "n02346627",
            "n02776631", "n03794056", "n02328150"};
        for (int i = 0; i < numbers.length; i++) {
            assertThat(ImageNet.classes(Order.DEVKIT).get(numbers[i] - 1).wnid()).isEqualTo(wnids[i]);
        }
    }
}

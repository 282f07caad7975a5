package net.alexnet.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ShapeTest {
    @Test
    void knowsItsExtents() {
        Shape shape = Shape.of(128, 96, 55, 55);
        assertThat(shape.rank()).isEqualTo(4);
        assertThat(shape.dim(0)).isEqualTo(128);
        assertThat(shape.dim(3)).isEqualTo(55);
        assertThat(shape.elements()).isEqualTo(37_171_200);
        assertThat(shape).hasToString("128 × 96 × 55 × 55");
    }

    @Test
    void aScalarHasOneElement() {
        assertThat(Shape.of().elements()).isEqualTo(1);
        assertThat(Shape.of().rank()).isZero();
        assertThat(Shape.of()).hasToString("scalar");
    }

    @Test
    void countsBeyondAnInt() {
        assertThat(Shape.of(100_000, 100_000).elements()).isEqualTo(10_000_000_000L);
        Shape tooMany = Shape.of(1 << 30, 1 << 30, 1 << 30);
        assertThatExceptionOfType(ArithmeticException.class).isThrownBy(tooMany::elements);
    }

    @Test
    void isAValue() {
        List<Integer> dims = new ArrayList<>(List.of(2, 3));
        Shape shape = new Shape(dims);
        dims.set(0, 7);
        assertThat(shape).isEqualTo(Shape.of(2, 3)).isNotEqualTo(Shape.of(3, 2));
    }

    @Test
    void refusesEmptyAxes() {
        assertThatIllegalArgumentException().isThrownBy(() -> Shape.of(2, 0)).withMessageContaining("[2, 0]");
        assertThatIllegalArgumentException().isThrownBy(() -> Shape.of(-1)).withMessageContaining("[-1]");
    }
}

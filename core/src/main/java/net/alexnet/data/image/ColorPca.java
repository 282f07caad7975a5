package net.alexnet.data.image;

import com.fasterxml.jackson.annotation.JsonProperty;
import module java.base;

/// The principal components of color over all pixels of a collection, §4.1 of the paper. Each has a direction and a
/// standard deviation along it, in the units of 8-bit samples.
///
/// The paper's text calls the factors of its color noise eigenvalues; its source multiplies by the standard deviations,
/// their square roots (`color_stdevs`), and so do we: eigenvalues in these units would be near 15,000.
///
/// @param components one per channel, by falling deviation, their vectors orthonormal
public record ColorPca(List<Component> components) {
    /// One component.
    ///
    /// @param std the standard deviation along the vector, in 0..255 units, at least 0
    /// @param vector of length 1, one value per channel, in the order of channels; its sign is free
    public record Component(@JsonProperty("deviation") double std, List<Double> vector) {
        public Component {
            vector = List.copyOf(vector);
            if (!(std >= 0) || vector.isEmpty()) {
                throw new IllegalArgumentException("a principal component needs a deviation of at least 0 and a vector;"
                        + " found " + std + " and " + vector);
            }
        }
    }

    private static final int SWEEPS = 50; // Jacobi's converges in four or five

    public ColorPca {
        components = List.copyOf(components);
        for (Component component : components) {
            if (component.vector.size() != components.size()) {
                throw new IllegalArgumentException(components.size() + " principal components need vectors of as many"
                        + " values, found " + component.vector);
            }
        }
    }

    /// The eigenvectors of a covariance and the roots of its eigenvalues, by Jacobi's rotations.
    ///
    /// @param covariance symmetric, channels by channels
    public static ColorPca of(double[][] covariance) {
        int n = covariance.length;
        double[][] a = new double[n][];
        double[][] vectors = new double[n][n];
        for (int i = 0; i < n; i++) {
            a[i] = covariance[i].clone();
            vectors[i][i] = 1;
        }
        for (int sweep = 0; sweep < SWEEPS; sweep++) {
            for (int p = 0; p < n; p++) {
                for (int q = p + 1; q < n; q++) {
                    rotate(a, vectors, p, q);
                }
            }
        }
        List<Component> components = new ArrayList<>();
        for (int k = 0; k < n; k++) {
            components.add(new Component(Math.sqrt(Math.max(0, a[k][k])), column(vectors, k)));
        }
        components.sort(Comparator.comparingDouble(Component::std).reversed());
        return new ColorPca(components);
    }

    /// What one use of a picture adds to every pixel: `Σ vector · a · deviation` over the components.
    ///
    /// @param a one factor per component; the paper draws them from N(0, 0.1)
    public ColorShift shift(double... a) {
        List<Float> shift = new ArrayList<>();
        for (int c = 0; c < components.size(); c++) {
            double sum = 0;
            for (int k = 0; k < a.length; k++) {
                Component component = components.get(k);
                sum += component.vector.get(c) * a[k] * component.std;
            }
            shift.add((float) sum);
        }
        return new ColorShift(shift);
    }

    /// Turns the plane of axes p and q so that the matrix has no entry there.
    private static void rotate(double[][] a, double[][] vectors, int p, int q) {
        if (a[p][q] == 0) {
            return;
        }
        double theta = 0.5 * Math.atan2(2 * a[p][q], a[p][p] - a[q][q]);
        double cos = Math.cos(theta);
        double sin = Math.sin(theta);
        for (double[] row : a) {
            turn(row, p, q, cos, sin);
        }
        for (int k = 0; k < a.length; k++) {
            double up = a[p][k];
            a[p][k] = cos * up + sin * a[q][k];
            a[q][k] = cos * a[q][k] - sin * up;
        }
        a[p][q] = 0;
        a[q][p] = 0;
        for (double[] row : vectors) {
            turn(row, p, q, cos, sin);
        }
    }

    private static void turn(double[] row, int p, int q, double cos, double sin) {
        double left = row[p];
        row[p] = cos * left + sin * row[q];
        row[q] = cos * row[q] - sin * left;
    }

    /// An eigenvector's sign is free: its largest value is made positive.
    private static List<Double> column(double[][] vectors, int k) {
        List<Double> column = new ArrayList<>();
        for (double[] row : vectors) {
            column.add(row[k]);
        }
        double largest = Collections.max(column, Comparator.comparingDouble(Math::abs));
        column.replaceAll(value -> largest < 0 ? -value : value);
        return column;
    }
}

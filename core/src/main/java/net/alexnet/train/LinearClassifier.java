package net.alexnet.train;

import module java.base;
import net.alexnet.tensor.Backend;
import net.alexnet.tensor.Scope;
import net.alexnet.tensor.Shape;
import net.alexnet.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/// A linear classifier of features: multinomial logistic regression with a penalty on the squared weights.
///
/// It minimizes `mean cross-entropy + penalty/2 · Σ weight²`, over the weights and the biases. Cross-validation chooses
/// the penalty: the strongest whose cross-entropy on the pictures that each fold leaves out is at most one standard error
/// above the least (Breiman et al., Classification and Regression Trees, 1984, §3.4.3).
///
/// The optimal weights are sums of the rows of features, so the solver works with one coefficient per row and class, and
/// the features enter only through the scores that coefficients give. Where there are fewer rows than features, these
/// come from the matrix of the rows' inner products, which is computed once. The products run on the backend, on all its
/// threads.
final class LinearClassifier {
    /// Parts of the cross-validation.
    static final int FOLDS = 5;

    /// From strong to weak; each is 10^½ of the one before.
    private static final double STRONGEST = 1e-1;

    private static final int PENALTIES = 13;
    private static final double STEP = Math.sqrt(10);

    /// Weaker penalties are not tried after so many that were worse than the best.
    private static final int WORSE = 2;

    /// Above this many rows their inner products would take more than 400 MB.
    private static final int MOST_PRODUCTS = 10_000;

    /// A minimum is found when a step would lower the loss by less than this. Folds only compare penalties.
    private static final double FOLD_TOLERANCE = 1e-4;
    private static final double TOLERANCE = 1e-8;
    private static final int MOST_STEPS = 200;

    /// Folds are fitted together up to this many coefficients; the history of the steps takes 300 bytes for each.
    private static final int MOST_COEFFICIENTS = 5_000_000;

    private final Backend backend;
    private final int classes;
    private final int[] labels;
    private final Tensor rows;
    private final Optional<Tensor> products;
    private final BooleanSupplier stop;

    /// Features of pictures, a row each.
    ///
    /// @param values `(rows, length)` float32
    /// @param length the number of features in a row
    /// @param labels the class of each picture
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Features(MemorySegment values, int length, int[] labels) {}

    /// A fitted classifier.
    ///
    /// @param weight `(classes, length)`, row-major
    /// @param bias one per class
    /// @param penalty that was chosen
    /// @param outOfFold for each picture the probabilities of the classes by the fold that left it out;
    ///     `(pictures, classes)`
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Fit(float[] weight, float[] bias, double penalty, float[] outOfFold) {
        /// The fraction of pictures that the folds that left them out got wrong.
        double outOfFoldError(int[] labels) {
            int classes = bias.length;
            long wrong = IntStream.range(0, labels.length).filter(i -> IntStream.range(0, classes)
                    .anyMatch(k -> outOfFold[i * classes + k] > outOfFold[i * classes + labels[i]])).count();
            return (double) wrong / labels.length;
        }
    }

    private LinearClassifier(Backend backend, Features features, int classes, BooleanSupplier stop) {
        this.backend = backend;
        this.classes = classes;
        this.stop = stop;
        this.labels = features.labels;
        this.rows = backend.upload(Shape.of(labels.length, features.length), features.values);
        this.products = labels.length <= Math.min(MOST_PRODUCTS, 2 * features.length)
                ? Optional.of(backend.dense(rows, rows, backend.zeros(Shape.of(labels.length))))
                : Optional.empty();
    }

    /// Fits a classifier.
    ///
    /// @param classes at least 2
    /// @param seed of the folds
    /// @param stop asked now and then whether to give up
    /// @return empty if it was stopped
    static Optional<Fit> fit(Backend backend, Features features, int classes, long seed, BooleanSupplier stop) {
        try (Scope _ = backend.scope()) {
            return new LinearClassifier(backend, features, classes, stop).fit(seed);
        }
    }

    private Optional<Fit> fit(long seed) {
        int[] foldOf = folds(seed);
        List<Solution> folds = IntStream.range(0, FOLDS)
                .mapToObj(fold -> new Solution(row -> foldOf[row] != fold)).toList();
        List<Trial> trials = new ArrayList<>();
        Trial best = null;
        for (int i = 0; i < PENALTIES && (best == null || trials.size() - trials.indexOf(best) <= WORSE); i++) {
            Trial trial = trial(STRONGEST / Math.pow(STEP, i), folds, foldOf);
            if (stop.getAsBoolean()) {
                return Optional.empty();
            }
            trials.add(trial);
            best = best == null || trial.loss < best.loss ? trial : best;
        }
        double enough = Objects.requireNonNull(best).loss + best.standardError;
        Trial chosen = trials.stream().filter(trial -> trial.loss <= enough).findFirst().orElseThrow();
        Solution all = new Solution(_ -> true);
        for (Trial trial : trials.subList(0, trials.indexOf(chosen))) {
            minimize(List.of(all), trial.penalty, FOLD_TOLERANCE); // a start nearby takes fewer steps
        }
        minimize(List.of(all), chosen.penalty, TOLERANCE);
        return stop.getAsBoolean()
                ? Optional.empty()
                : Optional.of(new Fit(all.weight(), all.bias(), chosen.penalty, chosen.outOfFold));
    }

    /// A penalty and how it did.
    ///
    /// @param loss the mean cross-entropy on the pictures that the folds left out
    /// @param standardError of that mean
    @SuppressWarnings("ArrayRecordComponent") // compared by identity
    private record Trial(double penalty, double loss, double standardError, float[] outOfFold) {}

    private Trial trial(double penalty, List<Solution> folds, int[] foldOf) {
        int together = Math.clamp(MOST_COEFFICIENTS / Math.multiplyExact(classes, labels.length), 1, FOLDS);
        for (int from = 0; from < FOLDS; from += together) {
            minimize(folds.subList(from, Math.min(FOLDS, from + together)), penalty, FOLD_TOLERANCE);
        }
        int pictures = labels.length;
        float[] probabilities = new float[pictures * classes];
        double sum = 0;
        double squares = 0;
        for (int picture = 0; picture < pictures; picture++) {
            float[] own = folds.get(foldOf[picture]).probabilities(picture);
            System.arraycopy(own, 0, probabilities, picture * classes, classes);
            double loss = -Math.log(Math.max(own[labels[picture]], 1e-12));
            sum += loss;
            squares += loss * loss;
        }
        double mean = sum / pictures;
        double variance = Math.max(0, squares / pictures - mean * mean);
        return new Trial(penalty, mean, Math.sqrt(variance / pictures), probabilities);
    }

    /// Deals the pictures of each class to the folds in a random order.
    private int[] folds(long seed) {
        List<Integer> order = new ArrayList<>(IntStream.range(0, labels.length).boxed().toList());
        Collections.shuffle(order, new Random(seed));
        int[] dealt = new int[classes];
        int[] foldOf = new int[labels.length];
        for (int picture : order) {
            foldOf[picture] = dealt[labels[picture]]++ % FOLDS;
        }
        return foldOf;
    }

    /// The functions with these coefficients, each `(classes, rows)`. One product gives the scores of all of them, because
    /// reading the matrix takes most of its time.
    private List<Function> functions(List<double[]> coefficients) {
        int n = labels.length;
        int each = classes * n;
        float[] values = new float[coefficients.size() * each];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) coefficients.get(i / each)[i % each];
        }
        float[] scores;
        try (Scope _ = backend.scope()) {
            Tensor sums = backend.upload(Shape.of(coefficients.size() * classes, n), values);
            Tensor matrix = rows;
            if (products.isPresent()) {
                matrix = products.get();
            } else {
                sums = backend.denseInputGradient(sums, rows);
            }
            scores = backend.download(backend.dense(sums, matrix, backend.zeros(Shape.of(n))));
        }
        List<Function> functions = new ArrayList<>();
        for (int function = 0; function < coefficients.size(); function++) {
            double[] own = coefficients.get(function);
            double[] result = new double[each];
            for (int k = 0; k < classes; k++) {
                // the bias is the weight of one more feature, which is always 1
                double bias = Arrays.stream(own, k * n, (k + 1) * n).sum();
                for (int i = k * n; i < (k + 1) * n; i++) {
                    result[i] = scores[function * each + i] + bias;
                }
            }
            functions.add(new Function(own, result));
        }
        return functions;
    }

    /// Moves solutions to their minima by L-BFGS, all of them a step at a time (Nocedal and Wright, Numerical Optimization,
    /// algorithm 7.4).
    private void minimize(List<Solution> solutions, double penalty, double tolerance) {
        List<Descent> open = new ArrayList<>(solutions.stream().map(from -> new Descent(from, penalty)).toList());
        for (int i = 0; i < MOST_STEPS && !open.isEmpty() && !stop.getAsBoolean(); i++) {
            List<Function> gradients = functions(open.stream().map(Descent::gradientCoefficients).toList());
            List<Descent> further = new ArrayList<>();
            for (int k = 0; k < open.size(); k++) {
                if (open.get(k).step(gradients.get(k), tolerance)) {
                    further.add(open.get(k));
                }
            }
            open = further;
        }
    }

    /// A function of a row: its coefficients, and the scores that they give. Both are linear, so sums of functions need no
    /// products with the features.
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Function(double[] coefficients, double[] scores) {
        static double inner(Function a, Function b) {
            double sum = 0;
            for (int i = 0; i < a.coefficients.length; i++) {
                sum += a.coefficients[i] * b.scores[i];
            }
            return sum;
        }

        void add(double factor, Function other) {
            for (int i = 0; i < coefficients.length; i++) {
                coefficients[i] += factor * other.coefficients[i];
                scores[i] += factor * other.scores[i];
            }
        }

        Function copy() {
            return new Function(coefficients.clone(), scores.clone());
        }

        void scale(double factor) {
            for (int i = 0; i < coefficients.length; i++) {
                coefficients[i] *= factor;
                scores[i] *= factor;
            }
        }
    }

    /// The weights and biases for some of the rows.
    private final class Solution {
        private final boolean[] used;
        private final int count;
        private final Function at = new Function(new double[classes * labels.length],
                new double[classes * labels.length]);

        Solution(IntPredicate uses) {
            this.used = new boolean[labels.length];
            int sum = 0;
            for (int row = 0; row < used.length; row++) {
                used[row] = uses.test(row);
                sum += used[row] ? 1 : 0;
            }
            this.count = sum;
        }

        /// A step that lowers the loss enough, at most 1; a loss along a line needs no products.
        double step(Function direction, double slope, double penalty) {
            double start = loss(direction, 0, penalty);
            for (double step = 1; step > 1e-6; step /= 2) {
                if (loss(direction, step, penalty) <= start + 1e-4 * step * slope) {
                    return step;
                }
            }
            return 0;
        }

        private double loss(Function direction, double step, double penalty) {
            int n = labels.length;
            double sum = 0;
            double[] row = new double[classes];
            for (int i = 0; i < n; i++) {
                if (used[i]) {
                    for (int k = 0; k < classes; k++) {
                        row[k] = at.scores[k * n + i] + step * direction.scores[k * n + i];
                    }
                    sum += logSum(row) - row[labels[i]];
                }
            }
            double squares = Function.inner(at, at) + 2 * step * Function.inner(at, direction)
                    + step * step * Function.inner(direction, direction);
            return sum / count + penalty / 2 * squares;
        }

        double[] gradient(double penalty) {
            int n = labels.length;
            double[] coefficients = new double[classes * n];
            double[] row = new double[classes];
            for (int i = 0; i < n; i++) {
                if (used[i]) {
                    for (int k = 0; k < classes; k++) {
                        row[k] = at.scores[k * n + i];
                    }
                    double logSum = logSum(row);
                    for (int k = 0; k < classes; k++) {
                        double target = labels[i] == k ? 1 : 0;
                        coefficients[k * n + i] = (Math.exp(row[k] - logSum) - target) / count;
                    }
                }
            }
            for (int i = 0; i < coefficients.length; i++) {
                coefficients[i] += penalty * at.coefficients[i];
            }
            return coefficients;
        }

        /// The probabilities of a picture's classes.
        float[] probabilities(int picture) {
            double[] row = new double[classes];
            for (int k = 0; k < classes; k++) {
                row[k] = at.scores[k * labels.length + picture];
            }
            double logSum = logSum(row);
            float[] probabilities = new float[classes];
            for (int k = 0; k < classes; k++) {
                probabilities[k] = (float) Math.exp(row[k] - logSum);
            }
            return probabilities;
        }

        float[] weight() {
            float[] values = new float[at.coefficients.length];
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) at.coefficients[i];
            }
            try (Scope _ = backend.scope()) {
                return backend.download(backend.denseInputGradient(
                        backend.upload(Shape.of(classes, labels.length), values), rows));
            }
        }

        float[] bias() {
            float[] bias = new float[classes];
            for (int k = 0; k < classes; k++) {
                bias[k] = (float) Arrays.stream(at.coefficients, k * labels.length, (k + 1) * labels.length).sum();
            }
            return bias;
        }
    }

    /// Minimizes the loss of one solution, a step of L-BFGS at a time.
    private static final class Descent {
        private static final int HISTORY = 8;

        private final Solution solution;
        private final double penalty;
        private final Deque<Pair> pairs = new ArrayDeque<>();
        private @Nullable Function last; // gradient, and the step that was taken from there
        private @Nullable Function taken;

        private record Pair(Function step, Function change, double curvature) {}

        Descent(Solution solution, double penalty) {
            this.solution = solution;
            this.penalty = penalty;
        }

        double[] gradientCoefficients() {
            return solution.gradient(penalty);
        }

        /// Takes a step.
        ///
        /// @param gradient where the solution is
        /// @return false at the minimum, within the tolerance or the precision of the products
        boolean step(Function gradient, double tolerance) {
            if (last != null && taken != null) {
                Function change = gradient.copy();
                change.add(-1, last);
                double curvature = Function.inner(taken, change);
                if (curvature > 0) {
                    pairs.addLast(new Pair(taken, change, curvature));
                    if (pairs.size() > HISTORY) {
                        pairs.removeFirst();
                    }
                }
            }
            Function direction = direction(gradient);
            double slope = Function.inner(gradient, direction);
            boolean found = pairs.size() == HISTORY && -slope / 2 < tolerance; // the first directions are too short
            double step = found ? 0 : solution.step(direction, slope, penalty);
            if (step == 0) {
                return false;
            }
            solution.at.add(step, direction);
            direction.scale(step);
            taken = direction;
            last = gradient;
            return true;
        }

        private Function direction(Function gradient) {
            Function direction = gradient.copy();
            double[] along = new double[pairs.size()];
            int i = pairs.size();
            for (Pair pair : pairs.reversed()) {
                along[--i] = Function.inner(pair.step, direction) / pair.curvature;
                direction.add(-along[i], pair.change);
            }
            // before the first step, the bound ½ on the curvature of the cross-entropy, for rows of length 1
            direction.scale(pairs.isEmpty()
                    ? 1 / (penalty + 0.5)
                    : pairs.getLast().curvature / Function.inner(pairs.getLast().change, pairs.getLast().change));
            for (Pair pair : pairs) {
                double back = Function.inner(pair.change, direction) / pair.curvature;
                direction.add(along[i++] - back, pair.step);
            }
            direction.scale(-1);
            return direction;
        }
    }

    private static double logSum(double[] scores) {
        double max = Arrays.stream(scores).max().orElseThrow();
        double sum = 0;
        for (double score : scores) {
            sum += Math.exp(score - max);
        }
        return max + Math.log(sum);
    }
}

package net.alexnet.inference;

import module java.base;

/// Counts top-1 and top-5 errors, of each class too, the loss and the most frequent mistakes of an evaluation.
public final class TopKErrors {
    private static final int TOP = 5;
    private static final int WORST = 10;
    private static final double UNSURE = 0.05; // of the images that are classified right

    private final int classes;
    private final Map<Pair, Integer> confusions = new HashMap<>(); // only pairs that occur
    private final long[] imagesOf;
    private final long[] missedOf;
    private float[] sureness = new float[64]; // the probability of each image that is classified right
    private long images;
    private long missedTop1;
    private long missedTop5;
    private double lossSum;

    /// Starts at zero.
    ///
    /// @param classes the number of classes
    public TopKErrors(int classes) {
        this.classes = classes;
        this.imagesOf = new long[classes];
        this.missedOf = new long[classes];
    }

    /// Counts a batch.
    ///
    /// @param probabilities `(labels.length, classes)`, row by row; of several views or networks,
    ///     their mean
    /// @param count of the rows that hold images
    /// @param labels the true class of each row
    public void add(float[] probabilities, int[] labels, int count) {
        for (int i = 0; i < count; i++) {
            int label = labels[i];
            int place = TopK.place(probabilities, i * classes, classes, label);
            images++;
            imagesOf[label]++;
            missedOf[label] += place >= 1 ? 1 : 0;
            missedTop1 += place >= 1 ? 1 : 0;
            missedTop5 += place >= TOP ? 1 : 0;
            lossSum -= Math.log(Math.max(probabilities[i * classes + label], Float.MIN_NORMAL));
            int predicted = TopK.best(probabilities, i * classes, classes, 1).getFirst();
            if (predicted != label) {
                confusions.merge(new Pair(label, predicted), 1, Integer::sum);
            }
            if (place == 0) {
                int right = Math.toIntExact(images - missedTop1);
                if (right > sureness.length) {
                    sureness = Arrays.copyOf(sureness, 2 * sureness.length);
                }
                sureness[right - 1] = probabilities[i * classes + label];
            }
        }
    }

    /// The counts so far.
    ///
    /// @throws IllegalStateException if there were no images
    public Report report() {
        if (images == 0) {
            throw new IllegalStateException("there were no pictures to evaluate");
        }
        return new Report(images, missedTop1, missedTop5, lossSum / images, worst(), perClass(), unsureBelow());
    }

    /// The probability that so many of the images that are classified right stay below.
    private OptionalDouble unsureBelow() {
        int right = Math.toIntExact(images - missedTop1);
        if (right == 0) {
            return OptionalDouble.empty();
        }
        float[] sorted = Arrays.copyOf(sureness, right);
        Arrays.sort(sorted);
        return OptionalDouble.of(sorted[(int) (UNSURE * right)]);
    }

    private List<Confusion> worst() {
        return confusions.entrySet().stream()
                .map(entry -> new Confusion(entry.getKey().label(), entry.getKey().predicted(), entry.getValue()))
                .sorted(Comparator.comparingInt(Confusion::count).reversed()
                        .thenComparingInt(Confusion::label)
                        .thenComparingInt(Confusion::predicted))
                .limit(WORST)
                .toList();
    }

    private List<ClassErrors> perClass() {
        return IntStream.range(0, classes).filter(label -> imagesOf[label] > 0)
                .mapToObj(label -> new ClassErrors(label, imagesOf[label], missedOf[label])).toList();
    }

    private record Pair(int label, int predicted) {}

    /// The errors on a set of images.
    ///
    /// @param images how many were evaluated
    /// @param missedTop1 how many of them have a class that is not the most probable one
    /// @param missedTop5 how many have a class that is not among the five most probable ones
    /// @param loss the mean of `−log p` of the true class
    /// @param confusions the ten most frequent mistakes, most frequent first
    /// @param perClass the errors of each class that has images, in the order of the classes
    /// @param unsureBelow a threshold for images unlike all classes: the most probable class of 5 % of the images that are
    ///     classified right is less probable; empty if none is
    public record Report(long images, long missedTop1, long missedTop5, double loss, List<Confusion> confusions,
            List<ClassErrors> perClass, OptionalDouble unsureBelow) {
        /// The top-1 error, a fraction.
        public double top1() {
            return (double) missedTop1 / images;
        }

        /// The top-5 error, a fraction; 0 if there are at most five classes.
        public double top5() {
            return (double) missedTop5 / images;
        }

        /// How sure the top-1 error is.
        public ErrorInterval top1Interval() {
            return ErrorInterval.of(missedTop1, images);
        }

        /// How sure the top-5 error is.
        public ErrorInterval top5Interval() {
            return ErrorInterval.of(missedTop5, images);
        }

        /// The balanced top-1 error, a fraction: the mean of the classes' errors, so that a class of few images counts
        /// as much as one of many.
        public double balancedTop1() {
            return perClass.stream().mapToDouble(ClassErrors::top1).average().orElseThrow();
        }
    }

    /// The top-1 errors of one class.
    ///
    /// @param label the class
    /// @param images how many images of it were evaluated, at least one
    /// @param missed for how many of them another class was the most probable
    public record ClassErrors(int label, long images, long missed) {
        /// The top-1 error, a fraction.
        public double top1() {
            return (double) missed / images;
        }

        /// How sure it is.
        public ErrorInterval interval() {
            return ErrorInterval.of(missed, images);
        }
    }

    /// Images of one class for which another class was the most probable.
    ///
    /// @param label the true class
    /// @param predicted the class that was predicted instead
    /// @param count of these images
    public record Confusion(int label, int predicted, int count) {}
}

package net.alexnet.report;

import module java.base;
import net.alexnet.data.Dataset;
import net.alexnet.data.ImageDataset;
import net.alexnet.inference.Engines;
import net.alexnet.inference.Ensemble;
import net.alexnet.inference.Ensemble.Input;
import net.alexnet.inference.Ensemble.Member;
import net.alexnet.inference.Prediction;
import net.alexnet.inference.Prediction.Score;
import net.alexnet.inference.TopKErrors.Confusion;
import net.alexnet.inference.TopKErrors.Report;
import net.alexnet.inference.Views;
import net.alexnet.io.Texts;
import net.alexnet.nn.Network;
import net.alexnet.train.EvaluationData;
import net.alexnet.train.NamedModel;

/// A checkpoint on the pictures that its run was validated on.
///
/// @param classes their names
/// @param images the pictures
/// @param training the pictures that the run learned from, of any size
/// @param report the counts
/// @param confusions how often pictures of each class were taken for each class, itself included, most frequent first
/// @param pictures what the network says of each picture, in their order
/// @param counts how many pictures there are in each part, in words
public record ValidationPass(List<String> classes, ImageDataset images, ImageDataset training, Report report,
        List<Confusion> confusions, List<Answer> pictures, String counts) {
    private static final int BATCH = 128;
    private static final long SEED = 1; // of the choice of pictures

    /// What the network says of a picture.
    ///
    /// @param index of the picture
    /// @param label its class
    /// @param predicted the most probable class
    /// @param probability of the most probable class
    /// @param margin by how much it is more probable than the next class
    /// @param loss the negative logarithm of the probability of the picture's class
    /// @param best the most probable classes, best first: five, or all where there are fewer
    public record Answer(int index, int label, int predicted, double probability, double margin, double loss,
            List<Score> best) {
        boolean isRight() {
            return label == predicted;
        }

        static Answer of(int index, Prediction prediction) {
            List<Score> best = prediction.best();
            double first = best.getFirst().probability();
            return new Answer(index, prediction.label(), best.getFirst().label(), first,
                    best.size() > 1 ? first - best.get(1).probability() : first,
                    -Math.log(Math.max(prediction.labelProbability(), Float.MIN_NORMAL)), best);
        }
    }

    /// Evaluates.
    ///
    /// @param model of a run's checkpoint
    /// @param watch makes of the network one that tells what goes through it, or returns it as it is
    /// @throws IOException if the pictures are no longer there or were changed
    /// @throws InterruptedIOException if it was stopped
    public static ValidationPass of(NamedModel model, HtmlReport.Resources resources, UnaryOperator<Network> watch)
            throws IOException, InterruptedException {
        EvaluationData data = EvaluationData.open(Optional.empty(), List.of(model), new EvaluationData.Resources(
                Engines.find().codec(), resources.threads(), resources.cache(), resources.quiet(), false,
                resources.stop()));
        Input input = data.inputs().getFirst();
        Map<Confusion, Integer> mistakes = new HashMap<>();
        List<Answer> answers = new ArrayList<>();
        Member member = new Member(watch.apply(model.model().network()), input);
        Report report = new Ensemble(List.of(member), Views.CENTER, BATCH,
                resources.threads()).evaluate((done, total) -> resources.quiet().progress("evaluating", done, total),
                        prediction -> {
                            Answer answer = Answer.of(answers.size(), prediction);
                            answers.add(answer);
                            mistakes.merge(new Confusion(answer.label, answer.predicted, 0), 1, Integer::sum);
                        }, resources.stop())
                .orElseThrow(() -> new InterruptedIOException("stopped while evaluating")).average().views();
        Dataset own = data.own().orElseThrow();
        return new ValidationPass(model.classes(), input.images(), own.training(), report, ranked(mistakes),
                List.copyOf(answers), counts(own, input.images().size()));
    }

    private static List<Confusion> ranked(Map<Confusion, Integer> pairs) {
        return pairs.entrySet().stream()
                .map(one -> new Confusion(one.getKey().label(), one.getKey().predicted(), one.getValue()))
                .sorted(Comparator.comparingInt(Confusion::count).reversed().thenComparingInt(Confusion::label)
                        .thenComparingInt(Confusion::predicted))
                .toList();
    }

    private static String counts(Dataset all, int validation) {
        return Texts.count(all.training().size(), "picture") + " for training and "
                + Texts.count(validation, "picture") + " for validation. " + all.split();
    }

    /// The pictures with the highest loss, worst first.
    List<Answer> worst(int most) {
        return pictures.stream().sorted(Comparator.comparingDouble(Answer::loss).reversed()).limit(most).toList();
    }

    /// The pictures whose two most probable classes are closest, closest first.
    List<Answer> leastSure(int most) {
        return pictures.stream().sorted(Comparator.comparingDouble(Answer::margin)).limit(most).toList();
    }

    /// Right answers and mistakes by turns, of as many classes as there are, while there are both. The choice is always the
    /// same, and fewer pictures are the first of more.
    List<Answer> mixed(int most) {
        List<Answer> left = new ArrayList<>(pictures);
        Collections.shuffle(left, new Random(SEED));
        Map<Integer, Integer> shown = new HashMap<>(); // of each class
        List<Answer> chosen = new ArrayList<>();
        while (chosen.size() < most && !left.isEmpty()) {
            boolean right = chosen.size() % 2 == 0;
            Answer next = left.stream().min(Comparator.comparing((Answer one) -> one.isRight() != right)
                    .thenComparing(one -> shown.getOrDefault(one.label, 0))).orElseThrow();
            left.remove(next);
            shown.merge(next.label, 1, Integer::sum);
            chosen.add(next);
        }
        return chosen;
    }
}

package net.alexnet.server.studio;

import module java.base;
import net.alexnet.Classification.Guess;
import net.alexnet.Options;
import net.alexnet.data.Sample;
import net.alexnet.data.image.Encoding;
import net.alexnet.data.image.Image;
import net.alexnet.data.image.UnreadableImageException;
import net.alexnet.inference.Engines;
import net.alexnet.inference.Prediction.Score;
import net.alexnet.inference.StrongestPictures;
import net.alexnet.inference.StrongestPictures.Excited;
import net.alexnet.inference.TopKErrors.Confusion;
import net.alexnet.report.ValidationParts;
import net.alexnet.report.ValidationPass;
import net.alexnet.report.ValidationPass.Answer;
import net.alexnet.server.Call;
import net.alexnet.server.HttpFailure;
import net.alexnet.server.Reply;
import net.alexnet.server.studio.Jobs.Job;
import net.alexnet.server.studio.RunTable.Run;
import net.alexnet.tensor.Backend;
import net.alexnet.train.ModelFile;
import net.alexnet.train.NamedModel;
import net.alexnet.train.OpenModel;

/// The validation pictures of a run as its network sees them: which it gets wrong, and how. A checkpoint is evaluated when it
/// is first asked for, with half of the cores, because a training may run beside it.
final class Mistakes implements AutoCloseable {
    private static final int PAGE = 48; // pictures
    private static final int PAIRS = 200;
    private static final int KEPT = 3; // evaluations
    private static final int MATRIX = 40; // the most classes of a matrix, as in ValidationParts

    private final RunLookup lookup;
    private final OpenModels models;
    private final Options options;
    private final Jobs<Evaluated> evaluations = new Jobs<>("evaluation", KEPT);

    Mistakes(RunLookup lookup, OpenModels models) {
        this.lookup = lookup;
        this.models = models;
        this.options = models.options().threads(Math.max(1, models.options().threads() / 2));
    }

    /// @param strongest the pictures that excite each unit most
    private record Evaluated(ValidationPass pass, StrongestPictures strongest) {}

    private CheckpointId checkpoint(Call call) throws IOException, HttpFailure {
        return lookup.checkpoint(lookup.run(call), call);
    }

    /// Starts the evaluation.
    ///
    /// @throws HttpFailure of status 404 if the pictures are at an address
    Reply start(Call call) throws IOException, HttpFailure {
        Run run = lookup.run(call);
        RunPictures.requireLocal(run.folder().recipe());
        CheckpointId checkpoint = lookup.checkpoint(run, call);
        return state(evaluations.start(checkpoint, (progress, stop) -> {
            StrongestPictures strongest = new StrongestPictures();
            try (Backend backend = Engines.openForInference(options.device(), options.threads(),
                    options.precision())) {
                NamedModel model = NamedModel.open(List.of(checkpoint.folder()), ModelFile.Which.LAST, backend)
                        .getFirst();
                return new Evaluated(ValidationPass.of(model, options.reporting(progress, stop), strongest::watch),
                        strongest);
            }
        }));
    }

    /// Tells how far the evaluation is, and its tables when it is done.
    Reply state(Call call) throws IOException, HttpFailure {
        Optional<Job<Evaluated>> job = evaluations.find(checkpoint(call));
        return job.isPresent() ? state(job.get()) : Reply.json(Map.of("state", "none"));
    }

    private static Reply state(Job<Evaluated> job) {
        if (job.failure().isPresent()) {
            return Reply.json(Map.of("state", "failed", "reason", job.failure().get()));
        }
        if (job.result().isEmpty()) {
            return Reply.json(Map.of("state", "running", "done", job.done(), "total", job.total()));
        }
        ValidationPass pass = job.result().get().pass();
        ValidationParts parts = new ValidationParts(pass);
        long wrong = pass.pictures().stream().filter(one -> one.label() != one.predicted()).count();
        return Reply.json(Map.of("state", "done", "pictures", pass.pictures().size(), "wrong", wrong, "classes",
                pass.classes(), "matrix", pass.classes().size() <= MATRIX, "html",
                parts.mistakes().html() + parts.classes().html()));
    }

    private Evaluated evaluated(Call call) throws IOException, HttpFailure {
        return evaluations.find(checkpoint(call)).flatMap(Job::result).orElseThrow(() -> new HttpFailure(409,
                "the validation pictures are not evaluated; POST to evaluation first, and wait until its"
                        + " state is done"));
    }

    private ValidationPass pass(Call call) throws IOException, HttpFailure {
        return evaluated(call).pass();
    }

    /// A picture, and what the network says of it.
    private record Shown(int index, String name, String truth, List<Guess> top, double loss, double margin) {}

    private record Found(long found, List<Shown> pictures) {}

    /// The pictures of a true class, of a predicted class, of both, or all that are wrong.
    Reply list(Call call) throws IOException, HttpFailure {
        ValidationPass pass = pass(call);
        OptionalInt truth = label(pass, call.query("truth"));
        OptionalInt taken = label(pass, call.query("taken"));
        boolean both = truth.isPresent() && taken.isPresent();
        List<Answer> found = pass.pictures().stream()
                .filter(one -> truth.isEmpty() || one.label() == truth.getAsInt())
                .filter(one -> taken.isEmpty() || one.predicted() == taken.getAsInt())
                .filter(one -> both || one.label() != one.predicted())
                .sorted(order(call.query("sort").orElse("loss"))).toList();
        int from = number(call.query("from").orElse("0"));
        return Reply.json(new Found(found.size(), found.stream().skip(from).limit(PAGE)
                .map(one -> shown(pass, one)).toList()));
    }

    private static Shown shown(ValidationPass pass, Answer one) {
        List<Guess> top = new ArrayList<>();
        for (Score score : one.best()) {
            top.add(new Guess(pass.classes().get(score.label()), score.probability()));
        }
        return new Shown(one.index(), pass.images().name(one.index()), pass.classes().get(one.label()), top, one.loss(),
                one.margin());
    }

    private static OptionalInt label(ValidationPass pass, Optional<String> name) throws HttpFailure {
        if (name.isEmpty() || name.get().isEmpty()) {
            return OptionalInt.empty();
        }
        int index = pass.classes().indexOf(name.get());
        if (index < 0) {
            throw new HttpFailure(404, "the model has no class '" + name.get() + "'");
        }
        return OptionalInt.of(index);
    }

    private static Comparator<Answer> order(String name) throws HttpFailure {
        return switch (name) {
            case "loss" -> Comparator.comparingDouble(Answer::loss).reversed();
            case "confidence" -> Comparator.comparingDouble(Answer::probability).reversed();
            case "margin" -> Comparator.comparingDouble(Answer::margin);
            default -> throw new HttpFailure(400, "sort must be loss, confidence or margin, found '" + name + "'");
        };
    }

    private static int number(String text) throws HttpFailure {
        try {
            int number = Integer.parseInt(text);
            if (number < 0) {
                throw new HttpFailure(404, "numbers start at 0, found " + number);
            }
            return number;
        } catch (NumberFormatException e) {
            throw new HttpFailure(400, "expected a number, found '" + text + "'");
        }
    }

    private record Pair(String truth, String taken, int count, double share) {}

    /// The most frequent pairs of a true class and a wrong one whose names have the words of the
    /// parameter `q`.
    Reply pairs(Call call) throws IOException, HttpFailure {
        ValidationPass pass = pass(call);
        String words = call.query("q").orElse("").toLowerCase(Locale.ROOT);
        Map<Integer, Integer> sizes = new HashMap<>();
        pass.confusions().forEach(one -> sizes.merge(one.label(), one.count(), Integer::sum));
        List<Pair> pairs = new ArrayList<>();
        for (Confusion one : pass.confusions()) {
            String truth = pass.classes().get(one.label());
            String taken = pass.classes().get(one.predicted());
            if (one.label() != one.predicted() && pairs.size() < PAIRS
                    && (truth + " " + taken).toLowerCase(Locale.ROOT).contains(words)) {
                pairs.add(new Pair(truth, taken, one.count(),
                        one.count() / (double) sizes.getOrDefault(one.label(), one.count())));
            }
        }
        return Reply.json(pairs);
    }

    private record Exciting(int index, String name, String truth, float value) {}

    /// The pictures that excite a unit of a convolution most.
    Reply exciting(Call call) throws IOException, HttpFailure {
        Evaluated evaluated = evaluated(call);
        ValidationPass pass = evaluated.pass();
        String layer = call.segment("layer");
        int unit = number(call.segment("unit"));
        List<Excited> found = evaluated.strongest().of(layer, unit).orElseThrow(
                () -> new HttpFailure(404, "the network has no convolution '" + layer + "' with a map " + unit));
        return Reply.json(found.stream().map(one -> new Exciting(one.picture(), pass.images().name(one.picture()),
                pass.classes().get(pass.images().label(one.picture())), one.value())).toList());
    }

    /// A validation picture as a PNG of ours, by its index.
    Reply picture(Call call) throws IOException, HttpFailure, InterruptedException {
        ValidationPass pass = pass(call);
        return models.with(checkpoint(call), model -> Reply.bytes("image/png",
                model.codec().encode(square(pass, call, model), Encoding.LOSSLESS)).unstored());
    }

    /// The outputs of the layers for a validation picture.
    Reply layers(Call call) throws IOException, HttpFailure, InterruptedException {
        ValidationPass pass = pass(call);
        return models.with(checkpoint(call), model -> Reply.json(ModelParts.outputs(model, square(pass, call, model))));
    }

    private static Image square(ValidationPass pass, Call call, OpenModel model) throws IOException, HttpFailure {
        int index = number(call.segment("picture"));
        if (index >= pass.images().size()) {
            throw new HttpFailure(404, "there are " + pass.images().size() + " pictures, numbered from 0");
        }
        Sample sample = pass.images().samples().get(index);
        try {
            return sample.source().content().resized(model.codec(), model.card().preprocessing().resize(),
                    model.card().preprocessing().channels());
        } catch (UnreadableImageException e) {
            throw new HttpFailure(404, "the picture cannot be read: " + e.getMessage());
        }
    }

    @Override
    public void close() {
        evaluations.close();
    }
}

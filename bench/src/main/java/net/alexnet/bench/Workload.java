package net.alexnet.bench;

/// What the sides of a [PeerBenchmark] are asked to do, on pictures of 224×224×3 and 1000 classes.
enum Workload {
    /// Forward, backward and update, dropout on.
    TRAINING("Training step, batch 128", "train", 128, 3),
    /// Probabilities of a batch.
    INFERENCE("Inference, batch 128", "infer", 128, 2),
    /// Probabilities of one picture.
    LATENCY("Inference, batch 1", "infer", 1, 1);

    private final String title;
    private final String verb;
    private final int batch;
    private final int seconds;

    /// @param verb of the protocol, see [Turns]
    /// @param seconds how long a turn lasts at least
    Workload(String title, String verb, int batch, int seconds) {
        this.title = title;
        this.verb = verb;
        this.batch = batch;
        this.seconds = seconds;
    }

    String title() {
        return title;
    }

    int batch() {
        return batch;
    }

    /// A turn as a line of the protocol.
    String request() {
        return verb + " " + batch + " " + seconds;
    }
}

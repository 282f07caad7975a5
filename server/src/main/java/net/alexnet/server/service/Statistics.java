package net.alexnet.server.service;

import module java.base;

/// What Triton's extension `statistics` tells of a model: counts, and the nanoseconds that they took, since it was loaded.
final class Statistics {
    private final Map<String, Sum> requests = new LinkedHashMap<>();
    private final SortedMap<Integer, Sum> batches = new TreeMap<>();
    private long lastInference;
    private long pictures;

    private static final class Sum {
        private long count;
        private long nanos;

        void add(long times, long took) {
            count += times;
            nanos += took;
        }

        Map<String, Object> json() {
            return Map.of("count", count, "ns", nanos);
        }
    }

    Statistics() {
        for (String name : List.of("success", "fail", "queue", "compute_input", "compute_infer", "compute_output",
                "cache_hit", "cache_miss")) {
            requests.put(name, new Sum());
        }
    }

    private Sum sum(String name) {
        return Objects.requireNonNull(requests.get(name));
    }

    /// A request was answered.
    synchronized void success(int ofPictures, long whole, long queue, long decode, long compute, long write) {
        lastInference = System.currentTimeMillis();
        pictures += ofPictures;
        sum("success").add(1, whole);
        sum("queue").add(1, queue);
        sum("compute_input").add(1, decode);
        sum("compute_infer").add(1, compute);
        sum("compute_output").add(1, write);
    }

    synchronized void failure(long whole) {
        sum("fail").add(1, whole);
    }

    synchronized void batch(int size, long nanos) {
        batches.computeIfAbsent(size, _ -> new Sum()).add(1, nanos);
    }

    synchronized Map<String, Object> json(String name, String version) {
        Map<String, Object> inference = new LinkedHashMap<>();
        requests.forEach((key, sum) -> inference.put(key, sum.json()));
        Map<String, Object> none = Map.of("count", 0, "ns", 0);
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("name", name);
        all.put("version", version);
        all.put("last_inference", lastInference);
        all.put("inference_count", pictures);
        all.put("execution_count", batches.values().stream().mapToLong(sum -> sum.count).sum());
        all.put("inference_stats", inference);
        all.put("batch_stats", batches.entrySet().stream().map(one -> Map.of("batch_size", one.getKey(),
                "compute_input", none, "compute_infer", one.getValue().json(), "compute_output", none)).toList());
        return all;
    }
}

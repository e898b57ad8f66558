// TorchSharp 0.107 passes the native address of a number (Scalar) to libtorch without keeping its owner alive: if this thread is held up at the wrong
// moment and the collector runs, libtorch reads freed memory. Seen once in CI with the test classes in parallel on two busy cores; one at a time the
// cores are not overbooked.
[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)]

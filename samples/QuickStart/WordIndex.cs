using PqGen;

namespace QuickStart;

/// <summary>Words by the meaning of their GloVe vectors. The generator writes the rest: open it with "go to definition".</summary>
[IvfPqIndex(Dimension = 100, M = 20, Ksub = 256)]
public partial class WordIndex;

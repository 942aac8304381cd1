using PqGen.Ivf;
using PqGen.Storage;

namespace PqGen.Scan;

/// <summary>A list that a search probes, as it was when the search looked at it.</summary>
/// <param name="List">Its number.</param>
/// <param name="CoarseDistance">||x - c||^2, from the query to its centroid.</param>
/// <param name="Terms">The range of its terms.</param>
/// <param name="Count">Vectors in it.</param>
/// <param name="Contents">Its buffers, which hold at least that many.</param>
internal readonly record struct ProbedList(int List, float CoarseDistance, TermRange Terms, int Count, CodeList.Buffers Contents);

/// <summary>A vector that may be among the nearest, as far as its bounds can tell.</summary>
/// <param name="Lower">Its distance is not below this; in the end, its distance.</param>
/// <param name="Probe">Which of the probed lists holds it.</param>
/// <param name="Place">Its place in that list.</param>
internal readonly record struct Candidate(float Lower, int Probe, int Place);

/* Included before the C code that mypyc generates.

   The nodes of a graph are acyclic, so their class is unknown to the garbage collector: that makes recording
   twice as fast. CPython's trashcan, which mypyc calls in every deallocator, writes into the collector's header,
   which such objects lack. Node.__del__ bounds the nesting of frees itself, so the trashcan is left out. */
#include <Python.h>
#undef Py_TRASHCAN_BEGIN
#undef Py_TRASHCAN_END
#define Py_TRASHCAN_BEGIN(op, dealloc) {
#define Py_TRASHCAN_END }

"""The adapter's LLVM assembly: CPython's objects in, machine code run, CPython's objects out."""

from __future__ import annotations

from typing import Final

# Objects: type at 8; float: value at 16; list and tuple: length at 16, items at (list: behind) 24.
# Py_buffer: buf 0, ndim 36, format 40, shape 48. Argument and result tables: four words an entry.
SOURCE: Final = """
declare ptr @PyLong_AsVoidPtr(ptr)
declare ptr @PyFloat_FromDouble(double)
declare ptr @PyList_New(i64)
declare ptr @PyTuple_New(i64)
declare ptr @PyObject_Call(ptr, ptr, ptr)
declare i32 @PyObject_GetBuffer(ptr, ptr, i32)
declare void @PyBuffer_Release(ptr)
declare void @PyErr_Clear()
declare void @Py_IncRef(ptr)
declare void @Py_DecRef(ptr)
declare void @llvm.memcpy.p0.p0.i64(ptr, ptr, i64, i1)

define internal i64 @word(ptr %table, i64 %k) alwaysinline {
  %p = getelementptr i64, ptr %table, i64 %k
  %x = load i64, ptr %p
  ret i64 %x
}
define internal ptr @pointer(ptr %table, i64 %k) alwaysinline {
  %p = getelementptr ptr, ptr %table, i64 %k
  %x = load ptr, ptr %p
  ret ptr %x
}
define internal i1 @is(ptr %object, i64 %type) alwaysinline {
  %t = call i64 @word(ptr %object, i64 1)
  %same = icmp eq i64 %t, %type
  ret i1 %same
}

define internal i1 @floats(ptr %items, i64 %n, ptr %to) {
entry:
  br label %test
test:
  %i = phi i64 [0, %entry], [%next, %take]
  %more = icmp slt i64 %i, %n
  br i1 %more, label %look, label %good
look:
  %item = call ptr @pointer(ptr %items, i64 %i)
  %float = call i1 @is(ptr %item, i64 FLOAT_TYPE)
  br i1 %float, label %take, label %bad
take:
  %p = getelementptr i8, ptr %item, i64 16
  %x = load double, ptr %p
  %q = getelementptr double, ptr %to, i64 %i
  store double %x, ptr %q
  %next = add i64 %i, 1
  br label %test
good:
  ret i1 true
bad:
  ret i1 false
}

define internal i1 @array(ptr %arg, ptr %entry.table, ptr %to) {
entry:
  %view = alloca [32 x i64]
  %known = call i1 @is(ptr %arg, i64 ARRAY_TYPE)
  br i1 %known, label %ask, label %bad
ask:
  %failed = call i32 @PyObject_GetBuffer(ptr %arg, ptr %view, i32 12)
  %got = icmp eq i32 %failed, 0
  br i1 %got, label %check, label %clear
clear:
  call void @PyErr_Clear()
  br label %bad
check:
  %ndim.p = getelementptr i8, ptr %view, i64 36
  %ndim.32 = load i32, ptr %ndim.p
  %ndim = sext i32 %ndim.32 to i64
  %wanted = call i64 @word(ptr %entry.table, i64 2)
  %format = call ptr @pointer(ptr %view, i64 5)
  %letters = load i16, ptr %format, align 1
  %double = icmp eq i16 %letters, 100
  %axes = icmp eq i64 %ndim, %wanted
  %fits = and i1 %double, %axes
  %shape = call ptr @pointer(ptr %view, i64 6)
  %shape.wanted = call ptr @pointer(ptr %entry.table, i64 3)
  br i1 %fits, label %axis, label %release
axis:
  %k = phi i64 [0, %check], [%k.next, %same]
  %left = icmp slt i64 %k, %ndim
  br i1 %left, label %compare, label %copy
compare:
  %m = call i64 @word(ptr %shape, i64 %k)
  %n = call i64 @word(ptr %shape.wanted, i64 %k)
  %equal = icmp eq i64 %m, %n
  br i1 %equal, label %same, label %release
same:
  %k.next = add i64 %k, 1
  br label %axis
copy:
  %from = call ptr @pointer(ptr %view, i64 0)
  %count = call i64 @word(ptr %entry.table, i64 1)
  %bytes = mul i64 %count, 8
  call void @llvm.memcpy.p0.p0.i64(ptr %to, ptr %from, i64 %bytes, i1 false)
  call void @PyBuffer_Release(ptr %view)
  ret i1 true
release:
  call void @PyBuffer_Release(ptr %view)
  br label %bad
bad:
  ret i1 false
}

define internal i1 @take(ptr %arg, ptr %entry.table, ptr %to) {
entry:
  %kind = call i64 @word(ptr %entry.table, i64 0)
  %count = call i64 @word(ptr %entry.table, i64 1)
  switch i64 %kind, label %bad [
    i64 0, label %float
    i64 1, label %list
    i64 2, label %tuple
    i64 3, label %array
  ]
float:
  %cell = alloca ptr
  store ptr %arg, ptr %cell
  %f = call i1 @floats(ptr %cell, i64 1, ptr %to)
  ret i1 %f
list:
  %l = call i1 @is(ptr %arg, i64 LIST_TYPE)
  br i1 %l, label %list.long, label %bad
list.long:
  %list.n = call i64 @word(ptr %arg, i64 2)
  %list.fits = icmp eq i64 %list.n, %count
  br i1 %list.fits, label %list.items, label %bad
list.items:
  %items = call ptr @pointer(ptr %arg, i64 3)
  %lf = call i1 @floats(ptr %items, i64 %count, ptr %to)
  ret i1 %lf
tuple:
  %t = call i1 @is(ptr %arg, i64 TUPLE_TYPE)
  br i1 %t, label %tuple.long, label %bad
tuple.long:
  %tuple.n = call i64 @word(ptr %arg, i64 2)
  %tuple.fits = icmp eq i64 %tuple.n, %count
  br i1 %tuple.fits, label %tuple.items, label %bad
tuple.items:
  %inside = getelementptr i8, ptr %arg, i64 24
  %tf = call i1 @floats(ptr %inside, i64 %count, ptr %to)
  ret i1 %tf
array:
  %af = call i1 @array(ptr %arg, ptr %entry.table, ptr %to)
  ret i1 %af
bad:
  ret i1 false
}

define internal double @result(ptr %w, ptr %places, i64 %k) alwaysinline {
  %place = call i64 @word(ptr %places, i64 %k)
  %p = getelementptr double, ptr %w, i64 %place
  %x = load double, ptr %p
  ret double %x
}

define internal ptr @give(ptr %entry.table, ptr %w, ptr %places) {
entry:
  %view = alloca [32 x i64]
  %kind = call i64 @word(ptr %entry.table, i64 0)
  %count = call i64 @word(ptr %entry.table, i64 1)
  switch i64 %kind, label %array [i64 0, label %float i64 1, label %list i64 2, label %tuple]
float:
  %x = call double @result(ptr %w, ptr %places, i64 0)
  %f = call ptr @PyFloat_FromDouble(double %x)
  ret ptr %f
list:
  %l = call ptr @PyList_New(i64 %count)
  %l.failed = icmp eq ptr %l, null
  br i1 %l.failed, label %none, label %list.items
list.items:
  %l.items = call ptr @pointer(ptr %l, i64 3)
  br label %loop
tuple:
  %t = call ptr @PyTuple_New(i64 %count)
  %t.failed = icmp eq ptr %t, null
  br i1 %t.failed, label %none, label %tuple.items
tuple.items:
  %t.items = getelementptr i8, ptr %t, i64 24
  br label %loop
loop:
  %whole = phi ptr [%l, %list.items], [%t, %tuple.items], [%whole, %put]
  %items = phi ptr [%l.items, %list.items], [%t.items, %tuple.items], [%items, %put]
  %i = phi i64 [0, %list.items], [0, %tuple.items], [%next, %put]
  %more = icmp slt i64 %i, %count
  br i1 %more, label %make, label %done
make:
  %y = call double @result(ptr %w, ptr %places, i64 %i)
  %made = call ptr @PyFloat_FromDouble(double %y)
  %made.failed = icmp eq ptr %made, null
  br i1 %made.failed, label %drop, label %put
put:
  %q = getelementptr ptr, ptr %items, i64 %i
  store ptr %made, ptr %q
  %next = add i64 %i, 1
  br label %loop
drop:
  call void @Py_DecRef(ptr %whole)
  ret ptr null
done:
  ret ptr %whole
array:
  %empty = call ptr @pointer(ptr %entry.table, i64 2)
  %shape = call ptr @pointer(ptr %entry.table, i64 3)
  %a = call ptr @PyObject_Call(ptr %empty, ptr %shape, ptr null)
  %a.failed = icmp eq ptr %a, null
  br i1 %a.failed, label %none, label %open
open:
  %refused = call i32 @PyObject_GetBuffer(ptr %a, ptr %view, i32 9)
  %opened = icmp eq i32 %refused, 0
  br i1 %opened, label %ready, label %shut
ready:
  %to = call ptr @pointer(ptr %view, i64 0)
  br label %fill
fill:
  %j = phi i64 [0, %ready], [%j.next, %copy]
  %j.more = icmp slt i64 %j, %count
  br i1 %j.more, label %copy, label %filled
copy:
  %z = call double @result(ptr %w, ptr %places, i64 %j)
  %j.p = getelementptr double, ptr %to, i64 %j
  store double %z, ptr %j.p
  %j.next = add i64 %j, 1
  br label %fill
filled:
  call void @PyBuffer_Release(ptr %view)
  ret ptr %a
shut:
  call void @Py_DecRef(ptr %a)
  ret ptr null
none:
  ret ptr null
}

define ptr @adapter(ptr %self, ptr %args, i64 %n) {
entry:
  %spec = call ptr @PyLong_AsVoidPtr(ptr %self)
  %count = call i64 @word(ptr %spec, i64 3)
  %complete = icmp eq i64 %n, %count
  br i1 %complete, label %lock, label %refuse
lock:
  %busy = getelementptr i64, ptr %spec, i64 2
  %pair = cmpxchg ptr %busy, i64 0, i64 1 acquire monotonic
  %free = extractvalue { i64, i1 } %pair, 1
  br i1 %free, label %begin, label %refuse
begin:
  %w = call ptr @pointer(ptr %spec, i64 1)
  %table = call ptr @pointer(ptr %spec, i64 4)
  br label %args.test
args.test:
  %i = phi i64 [0, %begin], [%i.next, %args.next]
  %to = phi ptr [%w, %begin], [%to.next, %args.next]
  %more = icmp slt i64 %i, %n
  br i1 %more, label %args.take, label %run
args.take:
  %arg = call ptr @pointer(ptr %args, i64 %i)
  %offset = mul i64 %i, 4
  %entry.table = getelementptr i64, ptr %table, i64 %offset
  %taken = call i1 @take(ptr %arg, ptr %entry.table, ptr %to)
  br i1 %taken, label %args.next, label %unlock
args.next:
  %size = call i64 @word(ptr %entry.table, i64 1)
  %to.next = getelementptr double, ptr %to, i64 %size
  %i.next = add i64 %i, 1
  br label %args.test
unlock:
  store atomic i64 0, ptr %busy release, align 8
  br label %refuse
refuse:
  call void @Py_IncRef(ptr inttoptr (i64 NONE to ptr))
  ret ptr inttoptr (i64 NONE to ptr)
run:
  %kernel = call ptr @pointer(ptr %spec, i64 0)
  call void %kernel(ptr %w)
  %results = call ptr @pointer(ptr %spec, i64 5)
  %places = call ptr @pointer(ptr %spec, i64 8)
  %container = call i64 @word(ptr %spec, i64 7)
  %items.n = call i64 @word(ptr %spec, i64 6)
  switch i64 %container, label %many [i64 0, label %single]
single:
  %one = call ptr @give(ptr %results, ptr %w, ptr %places)
  store atomic i64 0, ptr %busy release, align 8
  ret ptr %one
many:
  %as.list = icmp eq i64 %container, 1
  br i1 %as.list, label %many.list, label %many.tuple
many.list:
  %l = call ptr @PyList_New(i64 %items.n)
  %l.failed = icmp eq ptr %l, null
  br i1 %l.failed, label %failed, label %many.list.items
many.list.items:
  %l.items = call ptr @pointer(ptr %l, i64 3)
  br label %loop
many.tuple:
  %t = call ptr @PyTuple_New(i64 %items.n)
  %t.failed = icmp eq ptr %t, null
  br i1 %t.failed, label %failed, label %many.tuple.items
many.tuple.items:
  %t.items = getelementptr i8, ptr %t, i64 24
  br label %loop
loop:
  %whole = phi ptr [%l, %many.list.items], [%t, %many.tuple.items], [%whole, %put]
  %items = phi ptr [%l.items, %many.list.items], [%t.items, %many.tuple.items], [%items, %put]
  %k = phi i64 [0, %many.list.items], [0, %many.tuple.items], [%k.next, %put]
  %from = phi ptr [%places, %many.list.items], [%places, %many.tuple.items], [%from.next, %put]
  %k.more = icmp slt i64 %k, %items.n
  br i1 %k.more, label %make, label %done
make:
  %k.offset = mul i64 %k, 4
  %item.table = getelementptr i64, ptr %results, i64 %k.offset
  %made = call ptr @give(ptr %item.table, ptr %w, ptr %from)
  %made.failed = icmp eq ptr %made, null
  br i1 %made.failed, label %drop, label %put
put:
  %q = getelementptr ptr, ptr %items, i64 %k
  store ptr %made, ptr %q
  %item.size = call i64 @word(ptr %item.table, i64 1)
  %from.next = getelementptr i64, ptr %from, i64 %item.size
  %k.next = add i64 %k, 1
  br label %loop
done:
  store atomic i64 0, ptr %busy release, align 8
  ret ptr %whole
drop:
  call void @Py_DecRef(ptr %whole)
  br label %failed
failed:
  store atomic i64 0, ptr %busy release, align 8
  ret ptr null
}
"""

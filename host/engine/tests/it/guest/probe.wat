;; A probe that imports what these tests ask for of `shipworthy:probe@0.1.0`, and exports `guest`. The comments with
;; semicolons on both sides are where `guest.rs` puts what one test wants.
(component
  (import "shipworthy:probe/gaps@0.1.0" (instance $gaps
    (type $gap' (enum "unreachable" "timed-out" "denied" "tls" "not-granted" "limit" "unreadable" "not-offered"
      "config" "defect"))
    (export "gap" (type (eq $gap')))
  ))
  (alias export $gaps "gap" (type $gap))

  (import "shipworthy:probe/evidence@0.1.0" (instance $evidence
    (type $value' (variant (case "text" string) (case "number" f64) (case "boolean" bool)))
    (export "value" (type $value (eq $value')))
    (type $origin' (record (field "what" string) (field "subject" (option string))))
    (export "origin" (type $origin (eq $origin')))
    (export "fact" (func (param "key" string) (param "value" $value) (param "origin" $origin)))
  ))

  (import "shipworthy:probe/network@0.1.0" (instance $network
    (type $phase' (enum "connect" "tls" "send" "headers" "body"))
    (export "phase" (type $phase (eq $phase')))
    (type $timeout' (record (field "phase" $phase) (field "limit-ms" u32) (field "received-bytes" u32)))
    (export "timeout" (type $timeout (eq $timeout')))
    (type $excess' (record (field "what" string) (field "limit" u32)))
    (export "excess" (type $excess (eq $excess')))
    (type $error' (variant (case "not-granted" string) (case "invalid-request" string) (case "unreachable" string)
      (case "tls" string) (case "timed-out" $timeout) (case "too-large" $excess) (case "protocol" string)))
    (export "error" (type (eq $error')))
    (type $header' (record (field "name" string) (field "value" string)))
    (export "header" (type (eq $header')))
  ))
  (alias export $network "error" (type $error))
  (alias export $network "header" (type $header))

  (import "shipworthy:probe/http@0.1.0" (instance $http
    (alias outer 1 $error (type $error'))
    (export "error" (type $error (eq $error')))
    (alias outer 1 $header (type $header'))
    (export "header" (type $header (eq $header')))
    (type $request' (record (field "endpoint" (option string)) (field "method" string) (field "path" string)
      (field "headers" (list $header)) (field "body" (list u8)) (field "timeout-ms" (option u32))))
    (export "request" (type $request (eq $request')))
    (type $response' (record (field "status" u16) (field "headers" (list $header)) (field "body" (list u8))))
    (export "response" (type $response (eq $response')))
    (export "send" (func (param "request" $request) (result (result $response (error $error)))))
  ))

  (import "shipworthy:probe/log@0.1.0" (instance $log
    (type $level' (enum "debug" "info" "warn" "error"))
    (export "level" (type $level (eq $level')))
    (export "write" (func (param "level" $level) (param "message" string)))
  ))

  (;component;)

  ;; Memory and allocator, on their own so that the imports can be lowered before the guest is instantiated.
  (core module $libc
    (memory (export "memory") (;pages;))
    (global $next (mut i32) (i32.const (;heap;)))
    (func (export "realloc") (param $old i32) (param $old-size i32) (param $align i32) (param $size i32) (result i32)
      (local $at i32)
      (;allocator;)
      (local.set $at (i32.and
        (i32.add (global.get $next) (i32.sub (local.get $align) (i32.const 1)))
        (i32.sub (i32.const 0) (local.get $align))))
      (global.set $next (i32.add (local.get $at) (local.get $size)))
      (local.get $at)))
  (core instance $libc (instantiate $libc))
  (alias core export $libc "memory" (core memory $memory))
  (alias core export $libc "realloc" (core func $realloc))

  (core func $fact (canon lower (func $evidence "fact") (memory $memory)))
  (core func $send (canon lower (func $http "send") (memory $memory) (realloc $realloc)))
  (core func $write (canon lower (func $log "write") (memory $memory)))
  (;lowered;)

  (core module $guest
    (import "libc" "memory" (memory 1))
    (import "host" "fact" (func $host-fact (param i32 i32 i32 i64 i32 i32 i32 i32 i32 i32)))
    (import "host" "send"
      (func $host-send (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32)))
    (import "host" "write" (func $host-write (param i32 i32 i32)))
    (;core-imports;)
    (data (i32.const 1024) "(;data;)")

    ;; A fact with a text for its value; its origin is its key.
    (func $text (param $key i32) (param $key-len i32) (param $value i32) (param $value-len i32)
      (call $host-fact (local.get $key) (local.get $key-len)
        (i32.const 0) (i64.extend_i32_u (local.get $value)) (local.get $value-len)
        (local.get $key) (local.get $key-len) (i32.const 0) (i32.const 0) (i32.const 0)))
    ;; A fact with a number for its value.
    (func $number (param $key i32) (param $key-len i32) (param $value f64)
      (call $host-fact (local.get $key) (local.get $key-len)
        (i32.const 1) (i64.reinterpret_f64 (local.get $value)) (i32.const 0)
        (local.get $key) (local.get $key-len) (i32.const 0) (i32.const 0) (i32.const 0)))
    ;; A line of log, at level info.
    (func $log (param $text i32) (param $len i32)
      (call $host-write (i32.const 1) (local.get $text) (local.get $len)))
    ;; A GET request. Its answer is told as a number (the status) or a text (the error's). The first byte of the key is
    ;; overwritten with which case of `error` it is, or `9` for an answer.
    (func $ask (param $role? i32) (param $role i32) (param $role-len i32) (param $path i32) (param $path-len i32)
        (param $key i32) (param $key-len i32)
      (call $host-send (local.get $role?) (local.get $role) (local.get $role-len)
        (i32.const 32) (i32.const 3) (local.get $path) (local.get $path-len)
        (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0)
        (i32.const 64))
      (if (i32.load8_u (i32.const 64))
        (then
          (i32.store8 (local.get $key) (i32.add (i32.const 48) (i32.load8_u (i32.const 68))))
          (call $text (local.get $key) (local.get $key-len) (i32.load (i32.const 72)) (i32.load (i32.const 76))))
        (else
          (i32.store8 (local.get $key) (i32.const 57))
          (call $number (local.get $key) (local.get $key-len)
            (f64.convert_i32_u (i32.load16_u (i32.const 68)))))))
    (data (i32.const 32) "GET")

    (;module;)

    (func $start (;start;))
    (start $start)
    ;; The result lies at 0: zeros are `ok`.
    (func $observe (export "observe") (param i32 i32 i32 i32 i32 i32 i32 i32 i32) (result i32)
      (local $i i32)
      (;observe;)
      (i32.const 0)))
  (core instance $guest (instantiate $guest
    (with "libc" (instance $libc))
    (with "host" (instance
      (export "fact" (func $fact)) (export "send" (func $send)) (export "write" (func $write)) (;core-exports;)))))

  (type $target (record (field "service" string) (field "instance" string) (field "project" (option string))
    (field "config" string)))
  (type $failure (record (field "why" $gap) (field "detail" string)))
  (alias core export $guest "observe" (core func $observe))
  (func $observe (param "target" $target) (result (result (error $failure)))
    (canon lift (core func $observe) (memory $memory) (realloc $realloc)))

  ;; What an interface exports must name its types, which takes a component of its own.
  (component $interface
    (alias outer 1 $gap (type $gap'))
    (import "gap" (type $gap (eq $gap')))
    (alias outer 1 $target (type $target'))
    (import "target" (type $target (eq $target')))
    (type $failure' (record (field "why" $gap) (field "detail" string)))
    (import "failure" (type $failure (eq $failure')))
    (import "observe" (func $observe (param "target" $target) (result (result (error $failure)))))
    (export $target-out "target" (type $target))
    (export $failure-out "failure" (type $failure))
    (export "observe" (func $observe)
      (func (param "target" $target-out) (result (result (error $failure-out))))))
  (instance $interface (instantiate $interface
    (with "gap" (type $gap)) (with "target" (type $target)) (with "failure" (type $failure))
    (with "observe" (func $observe))))
  (export "shipworthy:probe/guest@0.1.0" (instance $interface))
)

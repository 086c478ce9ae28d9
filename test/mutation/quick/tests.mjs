/** By room: tests that hold no clock still and start no process but that which writes a trail once. */
export const TESTS = {
  seal: [
    "test/seal/{adoption,anchor,audit-path,call-counts,checkpoint,checkpoint-refusals}.test.ts",
    "test/seal/{distinct-attributes,distinct-body,field-seals,leaf,note,redactable,salts}.test.ts",
    "test/seal/{same-leaf,seal-record,sealed-fields,shape,sign-note,signer,tampering}.test.ts",
    "test/seal/{tree,vectors}.test.ts",
  ],
  verify: [
    "test/seal/{anchor,note,tampering,vectors}.test.ts",
    "test/verify/{adopted-views,anchor-heads,call-ledger,check-checkpoint,gaps}.test.ts",
    "test/verify/{any-order,grow-tree,history-rules,inspect-changed,inspect-record,judge-results,key-ring,name-fields,one-key,source-ledger,stream-judge,tables}.test.ts",
  ],
};

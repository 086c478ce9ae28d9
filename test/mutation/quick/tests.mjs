/** By room: tests that start no process but that which writes a trail once. */
export const TESTS = {
  seal: [
    "test/seal/{adoption,anchor,audit-path,call-counts,checkpoint,checkpoint-refusals}.test.ts",
    "test/seal/{distinct-attributes,distinct-body,field-seals,leaf,leaf-queue,note,redactable}.test.ts",
    "test/seal/{leaf-of,misspelt-name,salts,same-leaf,seal-record,sealed-fields,sealer,sealer-signers,shape}.test.ts",
    "test/seal/{sign-note,signer,tampering,tree,vectors}.test.ts",
    "test/seal/public-key-file.test.ts",
  ],
  verify: [
    "test/seal/{anchor,note,tampering,vectors}.test.ts",
    "test/verify/{adopted-views,anchor-heads,call-ledger,check-checkpoint,checkpoint-chain,checkpoint-of,coverage,crypto,differing-fields}.test.ts",
    "test/verify/{examine-block,files-to-read,finding-list,gaps,inspect-and-verify,inspect-choice,misspelt-names,verify-files}.test.ts",
    "test/verify/{any-order,grow-tree,history-rules,inspect-changed,inspect-record,judge-results,key-ring,name-fields,name-fields-given,one-key,record-detail,source-ledger,stream-end,stream-judge,tables,unknown-keys,verification}.test.ts",
    "test/verify/attacks/{change,checkpoints,claims,copies,insert,keys,last-line,names,redact,remove,tails,views}.test.ts",
    "test/verify/{growing-directory,purged-stream}.test.ts",
    "test/lib/number-set.test.ts",
  ],
};
